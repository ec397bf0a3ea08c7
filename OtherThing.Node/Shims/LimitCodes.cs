namespace OtherThing.Agent.Shims;

/// <summary>The names of the limits of a job, as the server and its callers know them.</summary>
internal static class LimitCodes
{
    internal const string Memory = "limit.memory";
    internal const string Processes = "limit.processes";
    internal const string Disk = "limit.disk";
    internal const string Output = "limit.output";
    internal const string Time = "limit.time";

    internal static bool IsLimit(string? code) => code is Memory or Processes or Disk or Output or Time;
}
