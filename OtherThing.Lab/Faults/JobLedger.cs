using System.Collections.Concurrent;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.Faults;

/// <summary>Jobs of a machine that the server has acknowledged; each must be there in the end, and have succeeded.</summary>
internal sealed class JobLedger(ServerProcess server, string workspace)
{
    private const string Job = """{"kind":"command","command":["/bin/sleep","0.2"],"effects":"safe","timeoutSeconds":600}""";

    private readonly ConcurrentDictionary<string, string> _jobs = new(StringComparer.Ordinal);

    public int Count => _jobs.Count;

    /// <summary>Submits one.</summary>
    /// <returns>False when the server was gone.</returns>
    public async Task<bool> SubmitOneAsync(CancellationToken killed)
    {
        try
        {
            var job = await server.PostAsync($"/workspaces/{workspace}/jobs", Job, killed);
            _jobs[job.GetProperty("id").GetString()!] = "acknowledged";
            await Task.Delay(Random.Shared.Next(150, 400), killed);
            return true;
        }
        catch (Exception exception) when (killed.IsCancellationRequested || exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Waits until all have ended, at most so long.</summary>
    /// <returns>Those that are not there, and those that have not succeeded.</returns>
    public async Task<(int Lost, int Unfinished)> JudgeAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        string[] open;
        while ((open = [.. _jobs.Where(job => job.Value is not ("succeeded" or "not found")).Select(job => job.Key)]).Length > 0
            && TimeProvider.System.GetElapsedTime(start) < limit)
        {
            foreach (var id in open)
            {
                _jobs[id] = await ReadAsync(id, cancellationToken);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }

        foreach (var id in open)
        {
            Console.Error.WriteLine($"job {id}: {_jobs[id]}");
        }

        if (open.Length > 0)
        {
            // What each machine says to the first: why none takes it.
            Console.Error.WriteLine(await server.Client.GetStringAsync($"/api/v1/workspaces/{workspace}/jobs/{open[0]}/explain", cancellationToken));
        }

        return (_jobs.Count(job => job.Value == "not found"), open.Length);
    }

    private async Task<string> ReadAsync(string id, CancellationToken cancellationToken)
    {
        using var answer = await server.Client.GetAsync($"/api/v1/workspaces/{workspace}/jobs/{id}", cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            return answer.StatusCode == System.Net.HttpStatusCode.NotFound ? "not found" : $"{(int)answer.StatusCode}";
        }

        using var body = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        var status = body.RootElement.GetProperty("status").GetString()!;
        return status == "failed" ? $"failed: {body.RootElement.GetProperty("error")}" : status;
    }
}
