using System.Diagnostics.Metrics;
using OtherThing.Core.Telemetry;

namespace OtherThing.Core.Runs;

/// <summary>What operators watch: how many runs end how, and how long they take.</summary>
internal static class RunTelemetry
{
    private static readonly Histogram<double> s_duration =
        Instruments.RunMeter.CreateHistogram<double>("otherthing.run.duration", "s", "From accepted to ended.");

    public static void Ended(Run run)
    {
        if (s_duration.Enabled)
        {
            s_duration.Record(
                ((run.FinishedAt ?? run.CreatedAt) - run.CreatedAt).TotalSeconds,
                new KeyValuePair<string, object?>("otherthing.run.status", run.Status.ToString()));
        }
    }
}
