namespace OtherThing.Agent.Sandboxes;

/// <summary>What a job reaches over the network, by the names the server knows.</summary>
internal static class NetworkReach
{
    /// <summary>Nothing, not even this machine.</summary>
    internal const string None = "none";

    /// <summary>A network of the job's own, to public addresses; never this machine's own, metadata services, or, unless its owner says so, private
    /// networks.</summary>
    internal const string Full = "full";

    /// <summary>All that this machine reaches, itself included: there is no wall.</summary>
    internal const string Host = "host";
}
