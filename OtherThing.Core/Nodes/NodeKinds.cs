using OtherThing.Core.Jobs.Kinds;

namespace OtherThing.Core.Nodes;

/// <summary>The words by which a machine's owner says what others may do there (<c>--allow</c>).</summary>
public static class NodeKinds
{
    /// <summary>Calls of the models that the machine serves: no job, and so none of <see cref="JobKinds"/>.</summary>
    public const string Model = "model";

    /// <summary>True for a word that this server can do something with.</summary>
    public static bool Holds(string word) => word == Model || JobKinds.All.Any(kind => kind.Allow == word);
}
