using System.Diagnostics;
using System.Globalization;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Machine;

/// <summary>What was found of GPUs.</summary>
/// <param name="Gpus">Those that work.</param>
/// <param name="Problem">What the driver says is wrong, in its own words; null when it says nothing.</param>
internal sealed record GpuFinding(IReadOnlyList<Gpu> Gpus, string? Problem);

/// <summary>
/// Asks <c>nvidia-smi</c>, where there is one, which GPUs the machine has and how busy they are. A GPU that is lost, must be reset or cannot say
/// what it is, is none that a job could use; one beside it that works is offered, whatever the tool says of the other.
/// </summary>
internal static class GpuProbe
{
    private const int MostWords = 300;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    internal static async Task<GpuFinding> ListAsync(ulong machineMemoryMb, CancellationToken cancellationToken)
    {
        var (text, said) = await QueryAsync("uuid,name,memory.total,driver_version", cancellationToken);
        return Read(text, said, machineMemoryMb);
    }

    /// <summary>How busy the GPUs are that say so.</summary>
    internal static async Task<IReadOnlyList<GpuLoad>> LoadAsync(ulong machineFreeMb, CancellationToken cancellationToken) =>
        ParseLoad((await QueryAsync("uuid,memory.free,utilization.gpu,temperature.gpu", cancellationToken)).Text, machineFreeMb);

    /// <summary>Reads what the tool printed, whatever it ended with: it ends badly when one of several GPUs is broken, too.</summary>
    /// <param name="list">Its standard output.</param>
    /// <param name="said">Its standard error.</param>
    /// <param name="machineMemoryMb">The machine's memory, in MiB: a GPU that shares it names none of its own.</param>
    internal static GpuFinding Read(string list, string said, ulong machineMemoryMb)
    {
        List<Gpu> gpus = [];
        List<string> problems = [];
        foreach (var line in Lines(list))
        {
            var row = line.Split(',', StringSplitOptions.TrimEntries);
            // A GPU's name may hold no comma; a line of another length is a message, not a GPU.
            if (row.Length != 4 || !IsGpu(row[0]))
            {
                // A driver without a GPU is nothing wrong.
                problems.AddRange(line == "No devices were found" ? [] : [line]);
            }
            else if (row.Any(IsBroken) || Memory(row[2], machineMemoryMb) is not { } memory)
            {
                problems.Add($"{row[0]}: {row.FirstOrDefault(IsBroken) ?? row[2]}");
            }
            else
            {
                gpus.Add(new Gpu { Id = row[0], Name = IsUnsaid(row[1]) ? "NVIDIA GPU" : row[1], VramMb = memory, Driver = IsUnsaid(row[3]) ? "" : row[3] });
            }
        }

        var problem = string.Join(' ', problems.Concat(Lines(said)));
        return new GpuFinding(gpus, problem.Length == 0 ? null : FirstWords.Of(problem, MostWords));
    }

    internal static IReadOnlyList<GpuLoad> ParseLoad(string csv, ulong machineFreeMb) =>
    [
        .. Lines(csv).Select(line => line.Split(',', StringSplitOptions.TrimEntries)).Where(row => row.Length == 4 && IsGpu(row[0]) && !row.Any(IsBroken))
            .Select(row => new GpuLoad
            {
                Id = row[0], VramFreeMb = Memory(row[1], machineFreeMb) ?? 0, Utilization = Number(row[2]) / 100, TemperatureC = Number(row[3]),
            }),
    ];

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool IsGpu(string id) => id.StartsWith("GPU-", StringComparison.Ordinal);

    /// <summary>"[N/A]" and "[Not Supported]" stand where a GPU works and has no answer.</summary>
    private static bool IsUnsaid(string text) =>
        text.Trim('[', ']') is var word
        && (word.Length == 0 || word.Equals("N/A", StringComparison.OrdinalIgnoreCase) || word.Equals("Not Supported", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whatever else stands in brackets is what is wrong: "[Unknown Error]", "[GPU is lost]", "[GPU requires reset]".</summary>
    private static bool IsBroken(string text) => text.StartsWith('[') && !IsUnsaid(text);

    private static ulong? Memory(string text, ulong unsaid) => IsUnsaid(text) ? unsaid
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and < 1e12 ? (ulong)number
        : null;

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : 0;

    private static async Task<(string Text, string Said)> QueryAsync(string fields, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("nvidia-smi")
        {
            ArgumentList = { $"--query-gpu={fields}", "--format=csv,noheader,nounits" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(s_patience);
            try
            {
                var text = process.StandardOutput.ReadToEndAsync(patience.Token);
                var said = process.StandardError.ReadToEndAsync(patience.Token);
                await process.WaitForExitAsync(patience.Token);
                return (await text, await said);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
                return ("", $"nvidia-smi gave no answer within {s_patience.TotalSeconds:0} seconds.");
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No such program: no NVIDIA GPU that anybody could use.
            return ("", "");
        }
    }
}
