using OtherThing.Core.Tasks;

namespace OtherThing.Web.Features.Tasks;

/// <summary>The board as one person sees it: columns in order, a filter, and the card that the keyboard is carrying.</summary>
public sealed class BoardModel
{
    private readonly Dictionary<TaskState, List<TaskCard>> _columns = Columns.ToDictionary(status => status, _ => new List<TaskCard>());
    private (Guid Id, TaskState FromStatus, int FromIndex, TaskState Status, int Index)? _carried;

    public static IReadOnlyList<TaskState> Columns { get; } = Enum.GetValues<TaskState>();

    /// <summary>The card that was picked up; null when none is.</summary>
    public Guid? CarriedId => _carried?.Id;

    public int Count => _columns.Values.Sum(column => column.Count);

    public IReadOnlyList<TaskCard> this[TaskState status] => _columns[status];

    /// <summary>Takes what the server says now; a carried card stays where the person holds it.</summary>
    public void Load(IEnumerable<TaskCard> cards, Func<TaskCard, bool> visible)
    {
        foreach (var column in _columns.Values)
        {
            column.Clear();
        }

        foreach (var card in cards.Where(visible))
        {
            _columns[card.Status].Add(card);
        }

        if (_carried is { } carried && !Put(carried.Id, carried.Status, carried.Index))
        {
            _carried = null; // somebody deleted it
        }
    }

    public TaskCard? Find(Guid id) => _columns.Values.SelectMany(column => column).FirstOrDefault(card => card.Id == id);

    /// <summary>Puts a card at a place among the others of a column.</summary>
    /// <returns>What to tell the server; null when the card is there already or gone.</returns>
    public TaskPlace? Move(Guid id, TaskState status, int index)
    {
        if (Where(id) is not { } from)
        {
            return null;
        }

        index = Math.Clamp(index, 0, _columns[status].Count - (from.Status == status ? 1 : 0));
        if (from == (status, index))
        {
            return null;
        }

        Put(id, status, index);
        return PlaceOf(status, index);
    }

    /// <summary>Picks a card up for moving with the keyboard.</summary>
    /// <returns>What to say; null when there is no such card.</returns>
    public string? PickUp(Guid id)
    {
        if (Where(id) is not { } at)
        {
            return null;
        }

        _carried = (id, at.Status, at.Index, at.Status, at.Index);
        return $"{Name(id)} picked up. {Say(at.Status, at.Index)}. Arrow keys move it, Space drops it, Escape puts it back.";
    }

    /// <summary>Carries the card one step: -1 or 1 down the column, or over to the next column.</summary>
    public string? Carry(int down, int right)
    {
        if (_carried is not { } carried)
        {
            return null;
        }

        var column = Math.Clamp((int)carried.Status + right, 0, Columns.Count - 1);
        var status = Columns[column];
        var others = _columns[status].Count - (status == carried.Status ? 1 : 0);
        var index = Math.Clamp(carried.Index + down, 0, others);
        Put(carried.Id, status, index);
        _carried = carried with { Status = status, Index = index };
        return Say(status, index);
    }

    /// <summary>Puts the carried card down.</summary>
    /// <returns>What to say, and what to tell the server (null when the card is back where it was).</returns>
    public (string Said, Guid Id, TaskPlace? Place)? Drop()
    {
        if (_carried is not { } carried)
        {
            return null;
        }

        _carried = null;
        var moved = (carried.Status, carried.Index) != (carried.FromStatus, carried.FromIndex);
        return ($"{Name(carried.Id)} dropped. {Say(carried.Status, carried.Index)}.", carried.Id, moved ? PlaceOf(carried.Status, carried.Index) : null);
    }

    /// <summary>Puts the carried card back where it came from.</summary>
    public string? Cancel()
    {
        if (_carried is not { } carried)
        {
            return null;
        }

        _carried = null;
        Put(carried.Id, carried.FromStatus, carried.FromIndex);
        return $"{Name(carried.Id)} put back. {Say(carried.FromStatus, carried.FromIndex)}.";
    }

    private string Name(Guid id) => Find(id) is { } card ? $"T-{card.Number} {card.Title}" : "The task";

    private string Say(TaskState status, int index) => $"{TaskWords.Title(status)}, position {index + 1} of {_columns[status].Count}";

    private (TaskState Status, int Index)? Where(Guid id)
    {
        foreach (var (status, column) in _columns)
        {
            var index = column.FindIndex(card => card.Id == id);
            if (index >= 0)
            {
                return (status, index);
            }
        }

        return null;
    }

    private bool Put(Guid id, TaskState status, int index)
    {
        if (Where(id) is not { } from)
        {
            return false;
        }

        var card = _columns[from.Status][from.Index] with { Status = status };
        _columns[from.Status].RemoveAt(from.Index);
        _columns[status].Insert(Math.Clamp(index, 0, _columns[status].Count), card);
        return true;
    }

    private TaskPlace PlaceOf(TaskState status, int index)
    {
        var column = _columns[status];
        return new TaskPlace(
            status,
            BeforeId: index == 0 && column.Count > 1 ? column[1].Id : null,
            AfterId: index > 0 ? column[index - 1].Id : null);
    }
}
