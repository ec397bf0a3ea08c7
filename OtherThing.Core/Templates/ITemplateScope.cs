using System.Text.Json;

namespace OtherThing.Core.Templates;

/// <summary>The values a template can read, asked for only when it reads them. There is nothing else it can reach.</summary>
public interface ITemplateScope
{
    /// <summary>The value of a root: <c>input</c>, <c>steps</c>, <c>item</c>, <c>index</c>, <c>iteration</c>, <c>run</c>, <c>workspace</c>.</summary>
    /// <returns>False when there is no such root here.</returns>
    bool TryGetRoot(string name, out JsonElement value);

    /// <summary>
    /// The value of one member of a root: <c>steps.ask</c>. The same as looking it up in <see cref="TryGetRoot"/>, which is what
    /// it does by default; a scope that would have to build the root first answers here without building it.
    /// </summary>
    /// <returns>False when there is no such root or it has no such member.</returns>
    bool TryGetMember(string root, string member, out JsonElement value)
    {
        if (TryGetRoot(root, out var element) && element.ValueKind == JsonValueKind.Object)
        {
            return element.TryGetProperty(member, out value);
        }

        value = default;
        return false;
    }
}
