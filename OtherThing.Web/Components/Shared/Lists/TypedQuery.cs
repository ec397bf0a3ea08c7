namespace OtherThing.Web.Components.Shared.Lists;

/// <summary>
/// What is typed in a filter that also stands in the address. The address comes back later than the next letter is typed: what comes back of
/// one's own typing changes nothing, anything else (a link, Back) is taken over.
/// </summary>
internal sealed class TypedQuery
{
    private readonly List<string> _onTheirWay = [];
    private string _address = "";

    /// <summary>What the filter shows.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Takes what was typed.</summary>
    /// <returns>Whether the address is another by that.</returns>
    public bool Type(string? text)
    {
        Text = text ?? "";
        if (Text == (_onTheirWay.Count > 0 ? _onTheirWay[^1] : _address))
        {
            return false;
        }

        _onTheirWay.Add(Text);
        return true;
    }

    /// <summary>Takes what the address says.</summary>
    public void Arrive(string? query)
    {
        var text = query ?? "";
        if (text == _address)
        {
            return;
        }

        _address = text;
        var own = _onTheirWay.IndexOf(text);
        if (own >= 0)
        {
            _onTheirWay.RemoveRange(0, own + 1);
            return;
        }

        _onTheirWay.Clear();
        Text = text;
    }
}
