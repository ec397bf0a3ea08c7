namespace OtherThing.Agent.Hosting;

/// <summary>What the program's exit code says.</summary>
internal static class ExitCodes
{
    internal const int Ok = 0;
    internal const int Failed = 1;
    internal const int Usage = 2;
    internal const int Refused = 3;
    internal const int Unreachable = 4;
}
