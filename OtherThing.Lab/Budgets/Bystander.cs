using System.Diagnostics;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.Budgets;

/// <summary>Another person in another workspace, who reads all the while; and what the server takes meanwhile.</summary>
internal sealed class Bystander(ServerProcess server, HttpClient client, string workspace)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly string[] _pages = ["runs?limit=20", "flows", "tasks", "usage/summary?groupBy=day"];

    /// <summary>Milliseconds of each read.</summary>
    public List<double> Times { get; private set; } = [];

    /// <summary>The most memory seen, in MiB.</summary>
    public double MostMemory { get; private set; }

    /// <summary>Reads until something else is done.</summary>
    public async Task<T> DuringAsync<T>(Task<T> work, CancellationToken cancellationToken)
    {
        (Times, MostMemory) = ([], server.MemoryMiB);
        do
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await client.GetAsync($"/api/v1/workspaces/{workspace}/{_pages[Times.Count % _pages.Length]}", cancellationToken);
            answer.EnsureSuccessStatusCode();
            Times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            MostMemory = Math.Max(MostMemory, server.MemoryMiB);
            await Task.WhenAny(work, Task.Delay(s_pause, cancellationToken));
        }
        while (!work.IsCompleted);
        return await work;
    }
}
