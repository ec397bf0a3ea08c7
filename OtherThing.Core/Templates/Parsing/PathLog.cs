using OtherThing.Core.Templates.Tree;

namespace OtherThing.Core.Templates.Parsing;

/// <summary>Remembers which paths a template reads and which names are its own variables.</summary>
internal sealed class PathLog
{
    private readonly List<(PathExpression Path, TemplatePath? Read, bool IsLoopVariable)> _read = [];
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly HashSet<string> _assigned = new(StringComparer.Ordinal);
    private readonly Stack<(string Name, TemplatePath? List)> _loops = [];

    public bool IsInLoop => _loops.Count > 0;

    /// <summary>How many variables the template has.</summary>
    public int Locals => _slots.Count;

    /// <summary>The slot of a variable, new or known.</summary>
    public int SlotOf(string name)
    {
        if (!_slots.TryGetValue(name, out var slot))
        {
            _slots[name] = slot = _slots.Count;
        }

        return slot;
    }

    public void Assigned(string name) => _assigned.Add(name);

    /// <summary>Enters a loop whose variable walks a list.</summary>
    public void EnterLoop(string name, Expression? list)
    {
        var (read, isLoopVariable) = list is PathExpression path ? Describe(path) : default;
        _loops.Push((name, read is not null && (isLoopVariable || !_assigned.Contains(read.Root)) ? read : null));
    }

    public void LeaveLoop() => _loops.Pop();

    public void Add(PathExpression path)
    {
        var (read, isLoopVariable) = Describe(path);
        _read.Add((path, read, isLoopVariable));
    }

    /// <summary>Ties paths to variables, now that all are known, and tells which paths read the scope.</summary>
    public IReadOnlyList<TemplatePath> Finish()
    {
        var paths = new List<TemplatePath>(_read.Count);
        foreach (var (path, read, isLoopVariable) in _read)
        {
            path.Slot = _slots.GetValueOrDefault(path.Root, -1);
            if (read is not null && (isLoopVariable || !_assigned.Contains(path.Root)))
            {
                paths.Add(read);
            }
        }

        return paths;
    }

    /// <summary>What the path reads in the scope; null when that cannot be told.</summary>
    private (TemplatePath? Read, bool IsLoopVariable) Describe(PathExpression path)
    {
        var segments = path.Segments.Select(s => s.Text);
        foreach (var (name, list) in _loops)
        {
            if (name == path.Root)
            {
                return (list is null ? null : new TemplatePath(list.Root, [.. list.Segments, "*", .. segments], path.Position, path.Length), true);
            }
        }

        return (new TemplatePath(path.Root, [.. segments], path.Position, path.Length), false);
    }
}
