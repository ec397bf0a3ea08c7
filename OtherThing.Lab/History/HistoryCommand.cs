using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.History;

/// <summary>
/// <c>history</c>: a workspace with a long past. How quick its lists are, what the purge of half of it costs the runs meanwhile, whether the file
/// becomes smaller, and what is left of a workspace that was deleted.
/// </summary>
internal static class HistoryCommand
{
    private const int Asked = 60;
    private const int Together = 16;

    public static Command Create()
    {
        var server = new Option<string>("--server") { Description = "Folder of a Release build of OtherThing.Web", Required = true };
        var count = new Option<int>("--count") { Description = "Runs, jobs and usage entries, each", DefaultValueFactory = _ => 1_000_000 };
        var tasks = new Option<int>("--tasks") { Description = "Tasks", DefaultValueFactory = _ => 100_000 };
        var seconds = new Option<int>("--seconds") { Description = "How long each load is measured", DefaultValueFactory = _ => 30 };
        var command = new Command("history", "Lists, the purge and the file of a workspace with a long past.") { server, count, tasks, seconds };
        command.SetAction((parsed, cancellationToken) => MeasureAsync(
            parsed.GetValue(server)!, parsed.GetValue(count), parsed.GetValue(tasks), TimeSpan.FromSeconds(parsed.GetValue(seconds)), cancellationToken));
        return command;
    }

    private static async Task<int> MeasureAsync(string directory, int count, int tasks, TimeSpan length, CancellationToken cancellationToken)
    {
        var figures = new Figures();
        await using var server = new ServerProcess(directory, ("Retention__AfterStartSeconds", "1"));
        await server.StartAsync(cancellationToken);
        await server.SignInAsync(cancellationToken);
        var past = await Past.MakeAsync(server, "Long past", cancellationToken);
        var doomed = await Past.MakeAsync(server, "Deleted", cancellationToken);
        await StopAsync(server, cancellationToken);
        var watch = Stopwatch.StartNew();
        using (var file = new Filling(server.DataDirectory))
        {
            past.Fill(file, count, tasks, nth: 1);
            doomed.Fill(file, Math.Max(1, count / 10), Math.Max(1, tasks / 10), nth: 2);
        }

        figures.AtMost($"filled with {count} runs, jobs and usage entries and {tasks} tasks", watch.Elapsed.TotalSeconds, "s");
        figures.AtMost("file", FileMiB(server), "MiB");
        figures.AtMost("start to ready", (await server.StartAsync(cancellationToken)).TotalSeconds, "s", 3);
        await MeasureListsAsync(server, past, figures, cancellationToken);
        await MeasurePurgeAsync(server, past, count, length, figures, cancellationToken);
        await MeasureDeletedAsync(server, doomed, figures, cancellationToken);
        return figures.ExitCode;
    }

    private static async Task MeasureListsAsync(ServerProcess server, Past past, Figures figures, CancellationToken cancellationToken)
    {
        var page = await server.GetAsync($"/workspaces/{past.Workspace}/runs", cancellationToken);
        foreach (var (name, path) in past.Lists(page))
        {
            var times = new List<double>(Asked);
            for (var asked = 0; asked < Asked + 5; asked++)
            {
                var began = Stopwatch.GetTimestamp();
                await server.GetAsync($"/workspaces/{past.Workspace}/{path}", cancellationToken);
                if (asked >= 5)
                {
                    times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }
            }

            figures.AtMost($"{name}, p50", Figures.Percentile(times, 0.5), "ms");
            figures.AtMost($"{name}, p95", Figures.Percentile(times, 0.95), "ms", 25);
        }
    }

    private static async Task MeasurePurgeAsync(
        ServerProcess server, Past past, int count, TimeSpan length, Figures figures, CancellationToken cancellationToken)
    {
        using var file = new Filling(server.DataDirectory);
        await LoadAsync(server, past, TimeSpan.FromSeconds(15), null, cancellationToken); // until the compiler has seen it
        var (full, fullRate) = await LoadAsync(server, past, length, null, cancellationToken);
        figures.AtMost("full speed, p99", Figures.Percentile(full, 0.99), "ms");
        figures.AtLeast("full speed", fullRate, "runs/s", 0);
        var (alone, aloneRate) = await LoadAsync(server, past, length, fullRate / 2, cancellationToken);
        figures.AtMost("half of it, p99", Figures.Percentile(alone, 0.99), "ms");
        figures.AtLeast("half of it", aloneRate, "runs/s", 0);

        var oldest = Oldest(file, past);
        var sizeBefore = FileMiB(server);
        using (var keep = JsonContent.Create(new { retention = new { runs = count / 2 } }))
        using (var kept = await server.Client.PatchAsync($"/api/v1/workspaces/{past.Workspace}", keep, cancellationToken))
        {
            kept.EnsureSuccessStatusCode();
        }

        await Until.HoldsAsync(() => Task.FromResult(string.CompareOrdinal(Oldest(file, past), oldest) > 0), "the purge begins", cancellationToken);
        var purged = Stopwatch.StartNew();
        var (duringHalf, halfRate, goneHalf) = await LoadWhilePurgedAsync(server, file, past, count, length, fullRate / 2, cancellationToken);
        figures.AtMost("half of full speed while the purge goes on, p99", Figures.Percentile(duringHalf, 0.99), "ms", 3 * Figures.Percentile(alone, 0.99));
        figures.AtLeast("half of full speed while the purge goes on", halfRate, "runs/s", 0.9 * aloneRate);
        figures.AtLeast("deleted meanwhile", goneHalf, "runs/s", goneHalf > 0 ? aloneRate : 0);
        if (Left(file, past, count) > count / 2)
        {
            var (during, duringRate, gone) = await LoadWhilePurgedAsync(server, file, past, count, length, null, cancellationToken);
            figures.AtMost("full speed while the purge goes on, p99", Figures.Percentile(during, 0.99), "ms", 3 * Figures.Percentile(full, 0.99));
            figures.AtLeast("full speed while the purge goes on", duringRate, "runs/s", 0.9 * fullRate);
            figures.AtLeast("deleted meanwhile", gone, "runs/s", 0);
        }

        var boundary = FormattableString.Invariant($"SELECT COUNT(*) FROM \"Runs\" WHERE \"WorkspaceId\" = '{past.Workspace.ToUpperInvariant()}'");
        await WaitAsync(() => file.Count(boundary) <= (count / 2) + 1_000, cancellationToken);
        figures.AtMost("all of it deleted after", purged.Elapsed.TotalSeconds, "s");
        await WaitAsync(() => file.Count(boundary.Replace("\"Runs\"", "\"Jobs\"", StringComparison.Ordinal)) <= (count / 2) + 1_000, cancellationToken);
        await StopAsync(server, cancellationToken);
        await server.StartAsync(cancellationToken); // whose first look gives back what the last left
        await WaitAsync(() => file.Count("PRAGMA freelist_count") <= file.Count("PRAGMA page_count") / 10, cancellationToken);
        file.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        figures.AtMost("file before", sizeBefore, "MiB");
        figures.AtMost("file afterwards", FileMiB(server), "MiB", sizeBefore);
    }

    private static async Task MeasureDeletedAsync(ServerProcess server, Past doomed, Figures figures, CancellationToken cancellationToken)
    {
        using var file = new Filling(server.DataDirectory);
        await server.SignInAgainAsync(cancellationToken);
        using (var deleted = await server.Client.DeleteAsync($"/api/v1/workspaces/{doomed.Workspace}", cancellationToken))
        {
            deleted.EnsureSuccessStatusCode();
        }

        figures.AtLeast("rows of the deleted workspace at first", doomed.Rows(file), "rows", 1);
        await StopAsync(server, cancellationToken);
        file.Execute($"UPDATE \"Workspaces\" SET \"DeletedAt\" = '2026-01-01 00:00:00' WHERE \"Id\" = '{doomed.Workspace.ToUpperInvariant()}'");
        var watch = Stopwatch.StartNew();
        await server.StartAsync(cancellationToken);
        await WaitAsync(
            () => file.Count($"SELECT COUNT(*) FROM \"Workspaces\" WHERE \"Id\" = '{doomed.Workspace.ToUpperInvariant()}'") == 0, cancellationToken);
        figures.AtMost("deleted for good after", watch.Elapsed.TotalSeconds, "s");
        figures.Exactly("rows of the deleted workspace at last", doomed.Rows(file), "rows", 0);
        var blobs = Path.Combine(server.DataDirectory, "blobs", Guid.Parse(doomed.Workspace).ToString("N"));
        figures.Exactly(
            "files of the deleted workspace at last",
            Directory.Exists(blobs) ? Directory.EnumerateFiles(blobs, "*", SearchOption.AllDirectories).Count() : 0, "files", 0);
    }

    /// <summary>The same load, and how many old runs went each second; 0 when the purge was done before the load was.</summary>
    private static async Task<(List<double> Times, double PerSecond, double Gone)> LoadWhilePurgedAsync(
        ServerProcess server, Filling file, Past past, int count, TimeSpan length, double? rate, CancellationToken cancellationToken)
    {
        var (before, watch) = (Left(file, past, count), Stopwatch.StartNew());
        var (times, perSecond) = await LoadAsync(server, past, length, rate, cancellationToken);
        var (after, seconds) = (Left(file, past, count), watch.Elapsed.TotalSeconds);
        return (times, perSecond, after > count / 2 ? (before - after) / seconds : 0);
    }

    /// <summary>Runs that come so often, or each as soon as the one before has answered.</summary>
    private static async Task<(List<double> Times, double PerSecond)> LoadAsync(
        ServerProcess server, Past past, TimeSpan length, double? rate, CancellationToken cancellationToken)
    {
        var (times, watch, next) = (new List<double>(), Stopwatch.StartNew(), 0);
        await Task.WhenAll(Enumerable.Range(0, Together).Select(_ => Task.Run(
            async () =>
            {
                while (watch.Elapsed < length)
                {
                    if (rate is { } often && TimeSpan.FromSeconds(Interlocked.Increment(ref next) / often) - watch.Elapsed is { TotalMilliseconds: > 1 } early)
                    {
                        await Task.Delay(early, cancellationToken);
                    }

                    var began = Stopwatch.GetTimestamp();
                    await server.DeliverAsync(past.Hook, """{"n":1}""", cancellationToken);
                    var time = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                    lock (times)
                    {
                        times.Add(time);
                    }
                }
            },
            cancellationToken)));
        return (times, times.Count / watch.Elapsed.TotalSeconds);
    }

    private static string Oldest(Filling file, Past past) =>
        file.Read(
            $"SELECT \"CreatedAt\" FROM \"Runs\" WHERE \"WorkspaceId\" = '{past.Workspace.ToUpperInvariant()}' ORDER BY \"CreatedAt\", \"Id\" LIMIT 1")[0][0];

    /// <summary>How many of the runs that were there to begin with are left: they are numbered in their names.</summary>
    private static long Left(Filling file, Past past, int count)
    {
        var name = file.Read(
            $"SELECT \"Id\" FROM \"Runs\" WHERE \"WorkspaceId\" = '{past.Workspace.ToUpperInvariant()}' ORDER BY \"CreatedAt\", \"Id\" LIMIT 1")[0][0];
        return name.StartsWith("019", StringComparison.Ordinal) && name.Contains("-0000-7000-8000-", StringComparison.Ordinal)
            ? count + 1 - long.Parse(name[^12..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : 0;
    }

    private static double FileMiB(ServerProcess server) => new FileInfo(Path.Combine(server.DataDirectory, "otherthing.db")).Length / 1048576.0;

    private static async Task StopAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        server.Terminate();
        await server.WaitForEndAsync(cancellationToken);
    }

    /// <summary>A purge of half a million takes as long as it takes.</summary>
    private static async Task WaitAsync(Func<bool> holds, CancellationToken cancellationToken)
    {
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }
}
