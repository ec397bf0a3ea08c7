using System.Diagnostics;

namespace OtherThing.Lab.Processes;

/// <summary>A process whose pipes nobody reads stops when they are full.</summary>
internal static class ProcessOutput
{
    public static Process Drain(Process process)
    {
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
