using OtherThing.Agent.Machine;
using OtherThing.Agent.Native;
using OtherThing.Agent.Platforms;
using OtherThing.Agent.Sandboxes;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts.Kinds.Scripts;

/// <summary>A script given to an interpreter of this machine.</summary>
internal sealed class ScriptWork : WorkKind
{
    private const UnixFileMode ForItsGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private static readonly string[] s_shells = ["sh", "bash", "python3", "pwsh", "powershell", "cmd"];

    internal override JobKind Kind => JobKind.Script;

    internal override Refusal? Check(JobSpec spec) =>
        s_shells.Contains(spec.Shell) ? null : new("invalid", $"shell: '{spec.Shell}' is none of {string.Join(", ", s_shells)}.");

    internal override IReadOnlyList<string> Command(Attempt attempt, bool boxed)
    {
        var shell = attempt.Assign.Spec.Shell;
        return Platform.Current.ScriptCommand(shell, Path.Combine(boxed ? Bubblewrap.ScriptDirectory : FolderOf(attempt), NameFor(shell)));
    }

    /// <summary>Writes the script where the job can read but not change it.</summary>
    internal override void Prepare(Attempt attempt)
    {
        var directory = FolderOf(attempt);
        DataDirectory.CreatePrivate(directory);
        var file = Path.Combine(directory, NameFor(attempt.Assign.Spec.Shell));
        File.WriteAllText(file, Platform.Current.ScriptText(attempt.Assign.Spec.Shell, attempt.Assign.Spec.Script));
        if (attempt.User is { } group && OperatingSystem.IsLinux())
        {
            FileOwner.Give(directory, 0, group);
            FileOwner.Give(file, 0, group);
            File.SetUnixFileMode(directory, ForItsGroup | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
            File.SetUnixFileMode(file, ForItsGroup);
        }
    }

    private static string FolderOf(Attempt attempt) => Path.Combine(attempt.Files.Directory, "script");

    private static string NameFor(string shell) => shell switch
    {
        "python3" => "script.py",
        "pwsh" or "powershell" => "script.ps1",
        "cmd" => "script.cmd",
        _ => "script.sh",
    };
}
