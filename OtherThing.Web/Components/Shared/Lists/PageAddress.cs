using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace OtherThing.Web.Components.Shared.Lists;

/// <summary>
/// Writes filters and choices of a page into its address. The browser answers each change later than the next one is made: a change is always
/// made to the newest address that was asked for, so that two filters changed one right after the other both stand.
/// </summary>
internal sealed class PageAddress : IDisposable
{
    private readonly NavigationManager _navigation;
    private readonly List<string> _onTheirWay = [];

    public PageAddress(NavigationManager navigation)
    {
        _navigation = navigation;
        navigation.LocationChanged += Arrive;
    }

    /// <summary>Sets one part of the query; empty or null takes it away.</summary>
    /// <param name="name">The name in the query.</param>
    /// <param name="value">What it says from now on.</param>
    /// <param name="replace">Whether Back leaves the page instead of undoing this change: for what is typed letter by letter.</param>
    public void Set(string name, string? value, bool replace = false) => Set(replace, (name, value));

    /// <summary>Sets several parts of the query at once; empty or null takes one away, what is not named stays.</summary>
    public void Set(bool replace, params ReadOnlySpan<(string Name, string? Value)> parts)
    {
        var known = _onTheirWay.Count > 0 ? _onTheirWay[^1] : _navigation.Uri;
        var values = new Dictionary<string, object?>();
        foreach (var (name, value) in parts)
        {
            values[name] = string.IsNullOrEmpty(value) ? null : value;
        }

        var next = _navigation.GetUriWithQueryParameters(known, values);
        if (next == known)
        {
            return;
        }

        _onTheirWay.Add(next);
        _navigation.NavigateTo(next, replace: replace);
    }

    public void Dispose() => _navigation.LocationChanged -= Arrive;

    private void Arrive(object? sender, LocationChangedEventArgs arrived)
    {
        // An address that nobody asked for here is a link or Back: what was on its way was meant for another page.
        var own = _onTheirWay.IndexOf(arrived.Location);
        if (own >= 0)
        {
            _onTheirWay.RemoveRange(0, own + 1);
        }
        else
        {
            _onTheirWay.Clear();
        }
    }
}
