namespace OtherThing.Core.Retention;

/// <summary>Deletes what is not kept any more of one kind of thing; see <c>docs/retention.md</c>.</summary>
public interface IRetentionRule
{
    /// <summary>What it deletes, for the log: "sign-ins that have ended".</summary>
    string Deletes { get; }

    /// <summary>How often it looks.</summary>
    TimeSpan Every { get; }

    /// <summary>Deletes what is not kept now, in pieces that give way to others.</summary>
    /// <returns>How many went.</returns>
    Task<int> ApplyAsync(CancellationToken cancellationToken);
}
