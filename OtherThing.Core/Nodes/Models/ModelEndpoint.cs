namespace OtherThing.Core.Nodes.Models;

/// <summary>A server of models on a machine, as its agent found it.</summary>
public sealed record ModelEndpoint
{
    /// <summary>As many are kept of one machine.</summary>
    public const int Most = 16;

    private const int MostModels = 200;
    private const int MostSlots = 256;
    private const long LargestMb = 1L << 30;

    /// <summary>Its address on the machine: <c>http://127.0.0.1:11434</c>.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>What it is: <c>Ollama</c>; empty when it does not say.</summary>
    public string Server { get; init; } = "";

    /// <summary>How many requests it works on at once.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>Why it serves nothing, in words; empty when it does.</summary>
    public string Problem { get; init; } = "";

    /// <summary>What it has.</summary>
    public IReadOnlyList<LocalModel> Models { get; init; } = [];

    /// <summary>The model that somebody means by a name, as its server takes it: Ollama's <c>llama3.2</c> is <c>llama3.2:latest</c>.</summary>
    public LocalModel? Find(string name) =>
        Models.FirstOrDefault(model => model.Name == name) ?? Models.FirstOrDefault(model => model.Name == name + ":latest");

    internal ModelEndpoint Bounded(Func<string, int, string> cut) => this with
    {
        Endpoint = cut(Endpoint, 200),
        Server = cut(Server, 40),
        Problem = cut(Problem, 300),
        Slots = Math.Clamp(Slots, 1, MostSlots),
        Models =
        [
            .. Models.Take(MostModels)
                .Select(model => model with { Name = cut(model.Name, 200), SizeMb = model.SizeMb is > 0 and <= LargestMb ? model.SizeMb : null })
                .Where(model => model.Name.Length > 0).DistinctBy(model => model.Name),
        ],
    };
}

/// <summary>A model on a machine.</summary>
/// <param name="Name">As its server names it.</param>
/// <param name="Loaded">Whether it is in memory; null when its server does not say.</param>
/// <param name="SizeMb">Its size in MiB; null when its server does not say.</param>
public sealed record LocalModel(string Name, bool? Loaded, long? SizeMb);
