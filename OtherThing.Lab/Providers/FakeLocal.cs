using Microsoft.AspNetCore.Http;

namespace OtherThing.Lab.Providers;

/// <summary>What software a fake server of models plays.</summary>
public enum FakeSoftware
{
    /// <summary>Says nothing but its models' names.</summary>
    Plain,

    /// <summary>Ollama.</summary>
    Ollama,

    /// <summary>llama.cpp's server, with three slots.</summary>
    LlamaCpp,

    /// <summary>vLLM.</summary>
    Vllm,

    /// <summary>LM Studio.</summary>
    LmStudio,
}

/// <summary>A model on somebody's own machine.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Loaded">Whether it is in memory.</param>
/// <param name="Bytes">Its size.</param>
public sealed record FakeLocalModel(string Name, bool Loaded = true, long Bytes = 2_019_393_189);

/// <summary>How a server of models on somebody's own machine tells what it has.</summary>
/// <param name="Software">What it is.</param>
/// <param name="Models">What it has.</param>
public sealed record FakeLocal(FakeSoftware Software, params IReadOnlyList<FakeLocalModel> Models)
{
    internal IResult List() => Results.Json(new
    {
        @object = "list",
        data = Models.Select(model => new
        {
            id = model.Name,
            @object = "model",
            owned_by = Software switch { FakeSoftware.LlamaCpp => "llamacpp", FakeSoftware.Vllm => "vllm", FakeSoftware.Ollama => "library", _ => "somebody" },
            meta = Software == FakeSoftware.LlamaCpp ? new { size = model.Bytes } : null,
        }),
    });

    /// <summary>The answer of a path beside OpenAI's; null for one it does not have.</summary>
    internal IResult? Answer(string path) => (Software, path) switch
    {
        (FakeSoftware.Ollama, "api/tags") => Results.Json(new { models = Models.Select(model => new { name = model.Name, size = model.Bytes }) }),
        (FakeSoftware.Ollama, "api/ps") => Results.Json(new { models = Models.Where(model => model.Loaded).Select(model => new { name = model.Name }) }),
        (FakeSoftware.LlamaCpp, "props") => Results.Json(new { total_slots = 3 }),
        (FakeSoftware.LmStudio, "api/v0/models") => Results.Json(new
        {
            data = Models.Select(model => new { id = model.Name, state = model.Loaded ? "loaded" : "not-loaded" }),
        }),
        _ => null,
    };
}
