using OtherThing.Agent.Shims;
using OtherThing.Agent.Windows;

namespace OtherThing.Agent.Platforms;

/// <summary>
/// What one system does otherwise than another, chosen once: its half stands in <c>Native</c> and <c>Shims</c> for Unix, in <c>Windows</c> for
/// Windows. What is not here is the same everywhere.
/// </summary>
internal abstract class Platform
{
    internal static Platform Current { get; } = OperatingSystem.IsWindows() ? new WindowsPlatform() : new UnixPlatform();

    /// <summary>Before anything is written or started.</summary>
    internal abstract void Prepare();

    /// <summary>Lets go of the terminal that it was started from.</summary>
    internal abstract void LeaveTerminal();

    /// <summary>Starts a supervisor of jobs, which outlives this process while it has one.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The system makes no process now.</exception>
    internal abstract IShimLink StartShim(AgentExecutable executable, string scratch);

    /// <summary>Is that supervisor, until it is not needed any more.</summary>
    internal abstract int BeShim(string scratch);

    /// <summary>What a supervisor needs of the agent's environment, by name.</summary>
    internal abstract IReadOnlyList<string> ShimVariables { get; }

    /// <summary>Ends what a supervisor that was killed has left.</summary>
    internal abstract void EndLeftovers(ShimClaim child);

    /// <summary>The job's program as the job will see it; null when there is none.</summary>
    internal abstract string? FindProgram(ShimSpec spec);

    /// <summary>What every job finds in its environment, unless it brings its own.</summary>
    /// <param name="work">Its folder, by the name it has there.</param>
    /// <param name="temporary">Where it may put what nobody keeps.</param>
    internal abstract Dictionary<string, string> JobEnvironment(string work, string temporary);

    /// <summary>How a script is run.</summary>
    internal abstract string[] ScriptCommand(string shell, string path);

    /// <summary>A script's text as its shell wants it.</summary>
    internal abstract string ScriptText(string shell, string text);

    /// <summary>The files by which a job gets at GPUs.</summary>
    internal abstract string[] GpuDevices();

    /// <summary>Makes a folder, and those above it, that only this user may look into.</summary>
    internal abstract void CreatePrivate(string path);

    /// <summary>Makes a file that only this user may read.</summary>
    internal abstract FileStream CreateOwnFile(string path);

    /// <summary>Puts a file in the place of another, which somebody may be reading.</summary>
    internal abstract void Replace(string fresh, string path);

    /// <summary>The content of a file that may be replaced meanwhile.</summary>
    internal abstract byte[] ReadShared(string path);

    /// <summary>Removes a folder with all that a job may have left in it; null when nothing of it is left, else what resists.</summary>
    internal abstract string? RemoveFolder(string path, CancellationToken cancellationToken);

    /// <summary>Whether it could be moved there, whatever rights it was left with.</summary>
    internal abstract bool TryMove(string path, string target);

    /// <summary>How long all processors together were at work, and how long they were there, in a unit of the system's own.</summary>
    internal abstract (long Busy, long Total) ReadCpu();

    internal abstract long ReadFreeMemory();

    internal abstract string ReadCpuModel();

    /// <summary>Changes with each start of the machine.</summary>
    internal abstract string ReadBoot();

    /// <summary>Why there is no sandbox on this system at all; null where one can be tried.</summary>
    internal abstract string? NoSandbox { get; }

    /// <summary>Who keeps jobs to their limits, for people.</summary>
    /// <param name="noGroups">Why jobs can have no control groups; null when they can.</param>
    internal abstract string LimitWords(string? noGroups);
}
