using System.Diagnostics;
using System.Globalization;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Machine;

/// <summary>Asks <c>nvidia-smi</c>, where there is one, which GPUs the machine has and how busy they are.</summary>
internal static class GpuProbe
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    internal static async Task<IReadOnlyList<Gpu>> ListAsync(CancellationToken cancellationToken) =>
        ParseList(await QueryAsync("uuid,name,memory.total,driver_version", cancellationToken));

    internal static async Task<IReadOnlyList<GpuLoad>> LoadAsync(CancellationToken cancellationToken) =>
        ParseLoad(await QueryAsync("uuid,memory.free,utilization.gpu,temperature.gpu", cancellationToken));

    internal static IReadOnlyList<Gpu> ParseList(string csv) =>
    [
        .. Rows(csv, 4).Select(row => new Gpu { Id = row[0], Name = row[1], VramMb = (ulong)Number(row[2]), Driver = row[3] }),
    ];

    internal static IReadOnlyList<GpuLoad> ParseLoad(string csv) =>
    [
        .. Rows(csv, 4).Select(row => new GpuLoad
        {
            Id = row[0], VramFreeMb = (ulong)Number(row[1]), Utilization = Number(row[2]) / 100, TemperatureC = Number(row[3]),
        }),
    ];

    private static IEnumerable<string[]> Rows(string csv, int fields) => csv
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(',', StringSplitOptions.TrimEntries))
        // A GPU's name may hold no comma; a line of another length is a message, not a GPU.
        .Where(row => row.Length == fields && row[0].StartsWith("GPU-", StringComparison.Ordinal));

    // "[N/A]" and "[Not Supported]" stand where a GPU does not say.
    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : 0;

    private static async Task<string> QueryAsync(string fields, CancellationToken cancellationToken)
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
                var text = await process.StandardOutput.ReadToEndAsync(patience.Token);
                await process.WaitForExitAsync(patience.Token);
                return process.ExitCode == 0 ? text : "";
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
                return "";
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No such program: no NVIDIA GPU that anybody could use.
            return "";
        }
    }
}
