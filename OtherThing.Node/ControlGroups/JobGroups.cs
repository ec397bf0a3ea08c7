using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.ControlGroups;

/// <summary>The control groups of an agent's jobs, one for each attempt, beside the agent's own.</summary>
internal sealed class JobGroups
{
    private const string Prefix = "otherthing-job-";
    private const int TrialPatienceMs = 1_000;
    private readonly string _place;
    private readonly string _prefix;

    internal JobGroups(string place, string dataDirectory)
    {
        _place = place;
        // Several agents of a machine may be in one group; none ends what is another's.
        _prefix = $"{Prefix}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataDirectory)))[..12]}-";
    }

    /// <summary>Makes room for groups of jobs, and tries whether one can be made.</summary>
    /// <param name="place">Where.</param>
    /// <param name="dataDirectory">Tells this agent from others.</param>
    /// <param name="self">The agent's process.</param>
    /// <returns>Null and why, for people, when jobs cannot have groups.</returns>
    internal static (JobGroups? Groups, string? Problem) Open(GroupPlace place, string dataDirectory, int self)
    {
        if (place.Base is not { } top)
        {
            return (null, place.Problem);
        }

        var groups = new JobGroups(top, dataDirectory);
        try
        {
            groups.PassOn(place.IsInLeaf, self);
            groups.Try();
            return (groups, null);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            groups.GoBack(place.IsInLeaf, self);
            return (null, $"A control group for a job could not be made: {ex.Message}");
        }
    }

    /// <summary>Who keeps jobs to their limits of memory and processes, for people.</summary>
    /// <param name="countedBecause">Why jobs can have no control groups; null when they can.</param>
    internal static string Words(string? countedBecause) => countedBecause is null
        ? "the kernel keeps jobs to their memory and processes (control groups)"
        : $"the agent counts what jobs use: {countedBecause}";

    /// <summary>Where the group of an attempt is.</summary>
    internal string Of(string attemptId) => Path.Combine(_place, _prefix + attemptId);

    /// <summary>The groups of attempts that nobody knows: left by a crash.</summary>
    internal IEnumerable<string> Strangers(IEnumerable<string> attemptIds)
    {
        var known = attemptIds.Select(Of).ToHashSet();
        return [.. Directory.EnumerateDirectories(_place, _prefix + "*").Where(path => !known.Contains(path))];
    }

    private void PassOn(bool isInLeaf, int self)
    {
        if (!isInLeaf && GroupFiles.Has(_place, GroupFiles.Kind))
        {
            var leaf = Path.Combine(_place, GroupPlace.Leaf);
            Directory.CreateDirectory(leaf);
            GroupFiles.Write(leaf, GroupFiles.Processes, self.ToString(CultureInfo.InvariantCulture));
        }

        GroupFiles.Write(_place, GroupFiles.PassedOn, "+memory +pids");
    }

    /// <summary>Leaves things as they were, where the kernel lets it.</summary>
    private void GoBack(bool isInLeaf, int self)
    {
        var leaf = Path.Combine(_place, GroupPlace.Leaf);
        if (isInLeaf || !Directory.Exists(leaf))
        {
            return;
        }

        try
        {
            if (GroupFiles.Read(leaf, GroupFiles.Processes) is { Length: > 0 })
            {
                GroupFiles.Write(_place, GroupFiles.Processes, self.ToString(CultureInfo.InvariantCulture));
            }

            Directory.Delete(leaf);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // It stays where it is: nothing depends on that.
        }
    }

    private void Try()
    {
        var trial = new ShimSpec
        {
            AttemptId = "trial",
            Directory = "",
            Sandbox = SandboxClass.Bubblewrap,
            Argv = [],
            Env = new Dictionary<string, string>(),
            MemoryBytes = 64 << 20,
            MaxProcesses = 8,
            ControlGroup = Of("trial"),
        };
        using (var group = JobGroup.Make(trial)!)
        {
            _ = group.Start(() => (0, Native.Libc.NotPermitted));
        }

        if (!JobGroup.TryRemove(trial.ControlGroup, TrialPatienceMs))
        {
            throw new IOException("It cannot be taken away again.");
        }
    }
}
