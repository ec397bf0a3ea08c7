using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace OtherThing.Lab.Processes;

/// <summary>The server as a process of its own, as a user has it, on free ports: it can be killed and started again over the same data.</summary>
public sealed partial class ServerProcess : IAsyncDisposable
{
    /// <summary>In a setting: the server's own host and port.</summary>
    public const string Itself = "{itself}";

    private const string Password = "Passw0rd!";

    private readonly string _directory;
    private readonly (string Key, string Value)[] _settings;
    private readonly ServerPlace _place;
    private readonly bool _ownsData;
    private readonly HttpClient _sender;
    private readonly HttpClient _probe;
    private Process? _process;
    private ProcessOutput? _output;

    /// <param name="directory">Where OtherThing.Web.dll lies.</param>
    /// <param name="settings">Configuration in the form of environment variables.</param>
    public ServerProcess(string directory, params (string Key, string Value)[] settings)
        : this(directory, ServerPlace.OfItsOwn(), settings) => _ownsData = true;

    /// <param name="directory">Where OtherThing.Web.dll lies.</param>
    /// <param name="place">Where it listens and keeps its data; the data stays when it is disposed.</param>
    /// <param name="settings">Configuration in the form of environment variables.</param>
    public ServerProcess(string directory, ServerPlace place, params (string Key, string Value)[] settings)
    {
        (_directory, _place, _settings) = (Path.GetFullPath(directory), place, settings);
        _probe = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = place.Listens, Timeout = TimeSpan.FromSeconds(20) };
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(6) };
        _sender = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(6) };
    }

    /// <summary>Where its clients reach it.</summary>
    public Uri Address => _place.ReachedAt;

    public string DataDirectory => _place.DataDirectory;

    /// <summary>REST, signed in by <see cref="SignInAsync(CancellationToken)"/>.</summary>
    public HttpClient Client { get; }

    /// <summary>The process's id; while it runs.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Pages and REST, then gRPC.</summary>
    public IReadOnlyList<int> Ports => [_place.HttpPort, _place.GrpcPort];

    /// <summary>Resident memory now, in MiB.</summary>
    public double MemoryMiB
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    /// <summary>Starts the server and waits until it says it is ready.</summary>
    /// <returns>From start to ready.</returns>
    public async Task<TimeSpan> StartAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        Launch();
        await Until.HoldsAsync(() => IsReadyAsync(cancellationToken), "the server is ready", cancellationToken);
        return watch.Elapsed;
    }

    /// <summary>The last lines it wrote.</summary>
    public string LastWords => _output?.Last ?? "";

    /// <summary>Starts the process and does not wait for it.</summary>
    public void Launch()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(_directory, "OtherThing.Web.dll")])
        {
            WorkingDirectory = _directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["OtherThing__BindAddress"] = _place.BindAddress;
        start.Environment["OtherThing__HttpPort"] = $"{_place.HttpPort}";
        start.Environment["OtherThing__GrpcPort"] = $"{_place.GrpcPort}";
        start.Environment["OtherThing__DataDirectory"] = _place.DataDirectory;
        start.Environment["OtherThing__LocalNode"] = "false";
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        foreach (var (key, value) in _settings)
        {
            start.Environment[key] = value.Replace(Itself, Address.Authority, StringComparison.Ordinal);
        }

        _process = Process.Start(start)!;
        _output = ProcessOutput.Of(_process);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
    }

    /// <summary>Registers one more account.</summary>
    /// <returns>A client of its own, signed in.</returns>
    public async Task<HttpClient> SignInAsync(string email, CancellationToken cancellationToken)
    {
        var account = JsonSerializer.Serialize(new { email, password = Password });
        await PostAsync("/auth/register", account, cancellationToken);
        var signedIn = await PostAsync("/auth/login", account, cancellationToken);
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", signedIn.GetProperty("accessToken").GetString());
        return client;
    }

    /// <summary>A new workspace's id, of whoever the client is signed in as.</summary>
    public static async Task<string> CreateWorkspaceAsync(HttpClient client, string name, CancellationToken cancellationToken)
    {
        using var made = await client.PostAsJsonAsync("/api/v1/workspaces", new { name, description = "", isPrivate = true }, cancellationToken);
        made.EnsureSuccessStatusCode();
        return (await made.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetString()!;
    }

    /// <summary>Registers the first account and signs in.</summary>
    public async Task SignInAsync(CancellationToken cancellationToken)
    {
        await PostAsync("/auth/register", JsonSerializer.Serialize(new { email = "first@example.org", password = Password }), cancellationToken);
        await SignInAgainAsync(cancellationToken);
    }

    /// <summary>Signs in anew, for what only who has just signed in may do.</summary>
    public async Task SignInAgainAsync(CancellationToken cancellationToken)
    {
        var signedIn = await PostAsync("/auth/login", JsonSerializer.Serialize(new { email = "first@example.org", password = Password }), cancellationToken);
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", signedIn.GetProperty("accessToken").GetString());
    }

    /// <summary>A POST below <c>/api/v1</c> that must succeed.</summary>
    /// <exception cref="HttpRequestException">It was refused; the message holds the answer.</exception>
    public async Task<JsonElement> PostAsync(string path, string json, CancellationToken cancellationToken)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync("/api/v1" + path, content, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"POST {path}: {(int)answer.StatusCode} {text}");
        }

        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    /// <summary>A GET below <c>/api/v1</c>.</summary>
    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        Client.GetFromJsonAsync<JsonElement>("/api/v1" + path, cancellationToken);

    /// <summary>A new workspace's id.</summary>
    public async Task<string> CreateWorkspaceAsync(string name, CancellationToken cancellationToken) =>
        (await PostAsync("/workspaces", JsonSerializer.Serialize(new { name, description = "", isPrivate = true }), cancellationToken))
            .GetProperty("id")
            .GetString()!;

    /// <summary>A new flow's id.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="document">The flow document, as JSON.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<string> CreateFlowAsync(string workspace, string document, CancellationToken cancellationToken) =>
        (await PostAsync($"/workspaces/{workspace}/flows", $$"""{"name":"Lab","description":"","flow":{{document}}}""", cancellationToken))
            .GetProperty("id")
            .GetString()!;

    /// <summary>Makes and publishes a flow that starts with a webhook.</summary>
    /// <returns>The webhook's address, <c>/hooks/...</c>.</returns>
    public async Task<string> PublishHookAsync(string workspace, string document, CancellationToken cancellationToken)
    {
        var flow = await CreateFlowAsync(workspace, document, cancellationToken);
        var published = await PostAsync($"/workspaces/{workspace}/flows/{flow}/publish", "{}", cancellationToken);
        return published.GetProperty("triggers")[0].GetProperty("url").GetString()!;
    }

    /// <summary>One delivery to a webhook, which must be taken.</summary>
    /// <param name="hook">The address.</param>
    /// <param name="json">The body.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="id">The delivery's id; null for one without.</param>
    /// <returns>The answer's body.</returns>
    public async Task<string> DeliverAsync(string hook, string json, CancellationToken cancellationToken, string? id = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, hook) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (id is not null)
        {
            request.Headers.Add("webhook-id", id);
        }

        using var answer = await _sender.SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode ? text : throw new HttpRequestException($"POST {hook}: {(int)answer.StatusCode} {text}");
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Client.Dispose();
        _sender.Dispose();
        _probe.Dispose();
        if (_ownsData)
        {
            // The agent that it started sees its end a moment later, and writes until then.
            await Until.HoldsAsync(() => Task.FromResult(TryDelete(_place.DataDirectory)), "the data directory is gone", CancellationToken.None);
        }
    }

    private static bool TryDelete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
