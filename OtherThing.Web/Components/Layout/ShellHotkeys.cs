namespace OtherThing.Web.Components.Layout;

/// <summary>A key and what it does.</summary>
/// <param name="Keys">The keys, parted by blanks.</param>
/// <param name="Act">What they do.</param>
public sealed record Hotkey(string Keys, string Act);

/// <summary>What the keyboard does, for the page that lists it; the scripts of the shell, the board, the canvas and the console do it.</summary>
public static class ShellHotkeys
{
    /// <summary>Works everywhere, also while letters are off.</summary>
    public static IReadOnlyList<Hotkey> Always { get; } = [
        new("Ctrl K", "Go to a page, flow, task or run, or run a command"), new("Esc", "Close what is open")];

    /// <summary>Single letters, on every page.</summary>
    public static IReadOnlyList<Hotkey> Letters { get; } =
    [
        new("?", "Show this list"),
        new("/", "To the filter of the page"),
        new("c", "New: what the main button of the page makes"),
        new("g t", "Tasks"), new("g f", "Flows"), new("g c", "Console"), new("g r", "Resources"), new("g k", "API keys"),
        new("g m", "Members"), new("g w", "Workspaces"), new("g n", "My machines"),
    ];

    /// <summary>The keys of one tab; none for a page without its own.</summary>
    public static IReadOnlyList<Hotkey> OfTab(string tab) => tab switch
    {
        "tasks" =>
        [
            new("← ↑ → ↓", "From card to card"), new("Space", "Pick a card up; arrows move it, Space drops it, Esc takes it back"),
            new("1 2 3", "Move the card to Todo, In progress, Done"), new("Enter", "Open the card"),
        ],
        "console" =>
        [
            new("↑ ↓", "Earlier lines"), new("Tab", "Complete the command"), new("Ctrl C", "Cancel the line that runs"), new("Ctrl L", "Clear"),
            new("Esc", "Leave the line"),
        ],
        _ => [],
    };
}
