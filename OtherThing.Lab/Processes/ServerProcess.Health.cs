using System.Diagnostics;
using System.Text.Json;

namespace OtherThing.Lab.Processes;

/// <summary>How it is: asked at its own address, whoever is reached at the clients'.</summary>
public sealed partial class ServerProcess
{
    /// <summary>Whether the process has ended by itself.</summary>
    public bool HasEnded => _process is not { HasExited: false };

    /// <summary>Whether it serves.</summary>
    /// <exception cref="InvalidOperationException">The process has ended.</exception>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        if (_process!.HasExited)
        {
            throw new InvalidOperationException($"The server ended with {_process.ExitCode} before it was ready.");
        }

        try
        {
            using var answer = await _probe.GetAsync("/health/ready", cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException || IsSlow(exception, cancellationToken))
        {
            return false;
        }
    }

    /// <summary>Starts a server behind another one and waits until it says for whom it waits.</summary>
    /// <returns>The holder's name.</returns>
    public async Task<string> StartWaitingAsync(CancellationToken cancellationToken)
    {
        Launch();
        string? holder = null;
        await Until.HoldsAsync(
            async () => (holder = await ReadHolderAsync(cancellationToken)) is not null,
            "the second server waits as a standby", cancellationToken);
        return holder!;
    }

    /// <summary>A GET at its own address, whatever the answer.</summary>
    public Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _probe.SendAsync(request, cancellationToken);

    /// <summary>Holds every thread of the process (SIGSTOP), or lets them go on.</summary>
    public void Hold(bool held) => Signal(held ? "STOP" : "CONT");

    /// <summary>Asks it to stop (SIGTERM).</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>Waits until the process has ended by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForEndAsync(CancellationToken cancellationToken)
    {
        var process = _process!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Until.Limit);
        await process.WaitForExitAsync(limit.Token);
        _process = null;
        using (process)
        {
            return process.ExitCode;
        }
    }

    private async Task<string?> ReadHolderAsync(CancellationToken cancellationToken)
    {
        if (_process!.HasExited)
        {
            throw new InvalidOperationException($"The server ended with {_process.ExitCode} before it waited.");
        }

        try
        {
            using var answer = await _probe.GetAsync("/health/ready", cancellationToken);
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            return (int)answer.StatusCode == 503 && body.RootElement.GetProperty("status").GetString() == "standby"
                ? body.RootElement.GetProperty("holder").GetString()
                : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException || IsSlow(exception, cancellationToken))
        {
            return null;
        }
    }

    // It listens and has not answered yet: whoever asks asks again.
    private static bool IsSlow(Exception exception, CancellationToken cancellationToken) =>
        exception is TaskCanceledException && !cancellationToken.IsCancellationRequested;

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, $"{_process!.Id}"]);
        kill.WaitForExit();
    }
}
