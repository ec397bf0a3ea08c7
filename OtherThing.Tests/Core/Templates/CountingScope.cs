using System.Text.Json;
using OtherThing.Core.Templates;

namespace OtherThing.Tests.Core.Templates;

/// <summary>A scope whose steps are looked up one by one and that refuses to build the whole.</summary>
internal sealed class CountingScope(string steps) : ITemplateScope
{
    private readonly JsonElement _steps = JsonDocument.Parse(steps).RootElement;

    public List<string> Asked { get; } = [];

    public bool TryGetRoot(string name, out JsonElement value) =>
        throw new InvalidOperationException($"The template asked for the whole of {name}.");

    public bool TryGetMember(string root, string member, out JsonElement value)
    {
        Asked.Add(member);
        return _steps.TryGetProperty(member, out value);
    }
}
