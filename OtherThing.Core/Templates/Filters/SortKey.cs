using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Filters;

/// <summary>What an item is sorted by: any two compare, so that sorting never fails half-way.</summary>
internal readonly struct SortKey : IComparable<SortKey>
{
    private readonly int _rank;
    private readonly Number _number;
    private readonly string _text;

    private SortKey(int rank, Number number, string text)
    {
        _rank = rank;
        _number = number;
        _text = text;
    }

    /// <summary>Numbers first, then texts by code unit, then true and false, then lists and objects by their JSON, then nothing.</summary>
    public static SortKey Of(Value value, FilterCall call)
    {
        call.Context.Step(call.Position);
        if (value.TryNumber(out var number))
        {
            return new SortKey(0, number, "");
        }

        return value switch
        {
            { IsText: true } => new SortKey(1, default, call.Text(value)),
            { Kind: ValueKind.True or ValueKind.False } => new SortKey(2, default, value.IsTruthy ? "1" : "0"),
            { IsNothing: true } => new SortKey(4, default, ""),
            _ => new SortKey(3, default, value.ToJson(call.Context, call.Position)),
        };
    }

    public int CompareTo(SortKey other)
    {
        if (_rank != other._rank)
        {
            return _rank.CompareTo(other._rank);
        }

        return _rank == 0 ? Number.Compare(_number, other._number) : string.CompareOrdinal(_text, other._text);
    }
}
