using System.ComponentModel;
using System.Globalization;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Native;

namespace OtherThing.Agent.Sandboxes;

/// <summary>
/// Lends each attempt a user of its own where the agent is root: what gets out of a sandbox then is nobody, and cannot touch another job.
/// No two live attempts have the same, those of an earlier agent or of another on the machine included. Which attempt has which is in its
/// directory; here is only what is lent now.
/// </summary>
internal sealed class JobUsers
{
    private readonly UserRange _range;
    private readonly Lock _lock = new();
    private readonly HashSet<uint> _lent = [];
    private uint _next;

    private JobUsers(UserRange range)
    {
        _range = range;
        // Each agent begins elsewhere: a number that was used lately, and what was left in its name, rests.
        _next = range.First + (uint)Random.Shared.NextInt64(range.Count);
    }

    /// <summary>Null where the agent is an ordinary user: its jobs are that user.</summary>
    internal static JobUsers? For(UserRange range) => DataDirectory.IsRoot ? new JobUsers(range) : null;

    /// <summary>Why no job can be given a user of this range here; null when one can.</summary>
    internal string? Problem()
    {
        var taken = File.ReadLines("/etc/passwd")
            .Select(line => line.Split(':'))
            .FirstOrDefault(fields => fields.Length > 2 && uint.TryParse(fields[2], CultureInfo.InvariantCulture, out var user) && _range.Contains(user));
        if (taken is not null)
        {
            return $"The users {_range} are meant for jobs, and {taken[0]} is one of them.";
        }

        try
        {
            _ = ThreadUser.Be(_range.First, () => true) && ThreadUser.Be(_range.Last, () => true);
            return null;
        }
        catch (Win32Exception ex)
        {
            return $"Jobs cannot be given the users {_range}: {ex.Message}.";
        }
    }

    /// <summary>A user that nobody has.</summary>
    /// <exception cref="IOException">Processes live under all of them.</exception>
    internal uint Take()
    {
        lock (_lock)
        {
            for (var left = _range.Count; left > 0; left--)
            {
                var user = _next;
                _next = user == _range.Last ? _range.First : user + 1;
                if (!_lent.Contains(user) && !ThreadUser.HasProcesses(user))
                {
                    _lent.Add(user);
                    return user;
                }
            }
        }

        throw new IOException($"All users of {_range} are in use.");
    }

    /// <summary>An attempt of an earlier agent has it.</summary>
    internal void Adopt(uint user)
    {
        lock (_lock)
        {
            _lent.Add(user);
        }
    }

    /// <summary>The attempt is over and wiped: nothing of that user lives on, and another may have it.</summary>
    internal void Return(uint user)
    {
        EndProcesses(user);
        lock (_lock)
        {
            _lent.Remove(user);
        }
    }

    /// <summary>Ends what a job left running where nobody else looks.</summary>
    internal void EndProcesses(uint user)
    {
        // A number outside belongs to people, whatever a file says.
        if (_range.Contains(user) && ThreadUser.HasProcesses(user))
        {
            ThreadUser.KillAll(user);
        }
    }
}
