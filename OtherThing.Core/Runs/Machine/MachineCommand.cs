using System.Text.Json;

namespace OtherThing.Core.Runs.Machine;

/// <summary>What the machine wants done outside of it.</summary>
internal abstract record MachineCommand(string Path);

/// <summary>Carry out an attempt; answer with <see cref="FlowMachine.Complete"/>.</summary>
internal record StartAttempt(string Path, PlanStep Step, int Attempt, JsonElement Config, bool Resumed) : MachineCommand(Path);

/// <summary>Ask a person, and once more when the time is up; the step waits. Answer with <see cref="FlowMachine.Complete"/>.</summary>
internal sealed record AskPerson(string Path, PlanStep Step, int Attempt, JsonElement Config, DateTime Due)
    : StartAttempt(Path, Step, Attempt, Config, Resumed: true);

/// <summary>Call <see cref="FlowMachine.Elapse"/> at that time (UTC).</summary>
internal sealed record StartTimer(string Path, DateTime Due) : MachineCommand(Path);

/// <summary>Stop what is at work there; nothing of it counts any more.</summary>
internal sealed record StopAttempt(string Path) : MachineCommand(Path);
