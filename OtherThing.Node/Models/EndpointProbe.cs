using System.Globalization;
using System.Net;
using System.Text.Json;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Models;

/// <summary>Asks a server of models what it is and has. It is software of this machine, but what it says is bounded all the same.</summary>
internal sealed class EndpointProbe(HttpMessageInvoker http)
{
    internal const int MostModels = 200;
    private const int MostSlots = 256;
    private const int MostNameLength = 200;
    private const int MostBytes = 1 << 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>What is there; with a problem and without models when nothing that serves models answers.</summary>
    internal async Task<ModelEndpoint> AskAsync(string address, CancellationToken cancellationToken)
    {
        var endpoint = new ModelEndpoint { Endpoint = address, Slots = 1 };
        using var listed = await GetAsync(address, "/v1/models", cancellationToken);
        if (listed.Problem is { } problem)
        {
            endpoint.Problem = problem;
            return endpoint;
        }

        var models = List(listed.Root, "data");
        endpoint.Models.Add(models.Select(Model).Where(model => model.Name.Length is > 0 and <= MostNameLength).DistinctBy(model => model.Name)
            .Take(MostModels));
        await KnowAsync(endpoint, models.Select(model => Text(model, "owned_by")).FirstOrDefault(), cancellationToken);
        if (endpoint.Models.Count == 0)
        {
            endpoint.Problem = endpoint.Server == "Ollama" ? "Ollama has no model yet: ollama pull llama3.2" : $"{Called(endpoint)} lists no model.";
        }

        return endpoint;
    }

    private async Task KnowAsync(ModelEndpoint endpoint, string? owner, CancellationToken cancellationToken)
    {
        switch (owner)
        {
            case "llamacpp":
                endpoint.Server = "llama.cpp";
                using (var props = await GetAsync(endpoint.Endpoint, "/props", cancellationToken))
                {
                    endpoint.Slots = Number(props.Root, "total_slots") is > 0 and <= MostSlots and var slots ? (uint)slots : 1;
                }

                break;
            case "vllm":
                endpoint.Server = "vLLM";
                break;
            default:
                if (!await IsOllamaAsync(endpoint, cancellationToken))
                {
                    await AskLmStudioAsync(endpoint, cancellationToken);
                }

                break;
        }
    }

    private async Task<bool> IsOllamaAsync(ModelEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var tags = await GetAsync(endpoint.Endpoint, "/api/tags", cancellationToken);
        if (!Has(tags.Root, "models"))
        {
            return false;
        }

        endpoint.Server = "Ollama";
        using var running = await GetAsync(endpoint.Endpoint, "/api/ps", cancellationToken);
        var loaded = List(running.Root, "models").Select(model => Text(model, "name")).ToHashSet();
        var sizes = List(tags.Root, "models").DistinctBy(model => Text(model, "name"))
            .ToDictionary(model => Text(model, "name") ?? "", model => Number(model, "size"));
        foreach (var model in endpoint.Models)
        {
            (model.SizeMb, model.Loaded) = (Megabytes(sizes.GetValueOrDefault(model.Name)), loaded.Contains(model.Name));
        }

        return true;
    }

    private async Task AskLmStudioAsync(ModelEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var known = await GetAsync(endpoint.Endpoint, "/api/v0/models", cancellationToken);
        var states = List(known.Root, "data").Where(model => Text(model, "state") is not null).DistinctBy(model => Text(model, "id"))
            .ToDictionary(model => Text(model, "id") ?? "", model => Text(model, "state"));
        if (states.Count == 0)
        {
            return;
        }

        endpoint.Server = "LM Studio";
        foreach (var model in endpoint.Models.Where(model => states.ContainsKey(model.Name)))
        {
            model.Loaded = states[model.Name] == "loaded";
        }
    }

    /// <summary>A row of <c>/v1/models</c>. Servers that hold what they list say so by their owner; llama.cpp also tells its size.</summary>
    private static LocalModel Model(JsonElement row)
    {
        var model = new LocalModel { Name = Text(row, "id") ?? "", SizeMb = Megabytes(Number(Member(row, "meta"), "size")) };
        if (Text(row, "owned_by") is "llamacpp" or "vllm")
        {
            model.Loaded = Text(Member(row, "status"), "value") is null or "loaded";
        }

        return model;
    }

    private async Task<Answer> GetAsync(string address, string path, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            using var request = LoopbackHttp.Request(HttpMethod.Get, address + path);
            using var response = await http.SendAsync(request, patience.Token);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                return new Answer($"{address} asks for a key, and none is sent to it. Let it serve loopback without one.");
            }

            if (response.StatusCode != HttpStatusCode.OK)
            {
                var status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
                return new Answer($"{address}{path} answered {status}: no server of models is there.");
            }

            var bytes = new byte[MostBytes + 1];
            await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
            var read = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, patience.Token);
            return read > MostBytes
                ? new Answer($"{address}{path} answered with more than {MostBytes >> 20} MiB.")
                : new Answer(JsonDocument.Parse(bytes.AsMemory(0, read)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Answer($"{address} gave no answer within {s_patience.TotalSeconds:0} seconds.");
        }
        catch (HttpRequestException failed) when (failed.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return new Answer($"Nothing listens at {address}.");
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or JsonException)
        {
            return new Answer($"{address}{path} answered with something that is no list of models.");
        }
    }

    internal static string Called(ModelEndpoint endpoint) => endpoint.Server.Length > 0 ? endpoint.Server : endpoint.Endpoint;

    private static ulong Megabytes(double? bytes) => bytes is > 0 and < 1e15 ? Math.Max(1, (ulong)(bytes.Value / (1 << 20))) : 0;

    private static JsonElement Member(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) ? value : default;

    private static bool Has(JsonElement owner, string name) => Member(owner, name).ValueKind == JsonValueKind.Array;

    private static List<JsonElement> List(JsonElement owner, string name) => Has(owner, name) ? [.. Member(owner, name).EnumerateArray()] : [];

    private static string? Text(JsonElement owner, string name) => Member(owner, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static double? Number(JsonElement owner, string name) =>
        Member(owner, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var value) ? value : null;

    /// <summary>What came back: a document, or why there is none.</summary>
    private sealed class Answer : IDisposable
    {
        private readonly JsonDocument? _document;

        internal Answer(JsonDocument document) => _document = document;

        internal Answer(string problem) => Problem = problem;

        internal JsonElement Root => _document?.RootElement ?? default;

        internal string? Problem { get; }

        public void Dispose() => _document?.Dispose();
    }
}
