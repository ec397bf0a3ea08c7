namespace OtherThing.Core.Usage;

/// <summary>Whether something that was used has a price.</summary>
public enum CostKind
{
    /// <summary>Nothing was used, or what was used costs nothing.</summary>
    Free,

    /// <summary>All of it has a price.</summary>
    Priced,

    /// <summary>Some of it has a price and some has none.</summary>
    Partly,

    /// <summary>None of it has a price.</summary>
    Unpriced,
}

/// <summary>What calls cost together. No price is not zero, so those without one are counted beside the sum of the others.</summary>
/// <param name="Known">The sum of what has a price, in 1e-8 cents.</param>
/// <param name="Calls">How many calls.</param>
/// <param name="Unpriced">How many of them have no price.</param>
public readonly record struct Cost(long Known, long Calls, long Unpriced)
{
    /// <summary>Nothing was used.</summary>
    public static Cost None => default;

    /// <summary>Whether there is a price.</summary>
    public CostKind Kind => (Unpriced, Known) switch
    {
        (0, 0) => CostKind.Free,
        (0, _) => CostKind.Priced,
        _ => Unpriced < Calls ? CostKind.Partly : CostKind.Unpriced,
    };

    /// <summary>The whole cost in 1e-8 cents; null when a call has no price.</summary>
    public long? Units => Unpriced == 0 ? Known : null;

    /// <summary>The cost of one call.</summary>
    /// <param name="units">In 1e-8 cents; null when it has no price.</param>
    public static Cost Of(long? units) => new(units ?? 0, 1, units is null ? 1 : 0);

    /// <summary>What all of them cost together.</summary>
    public static Cost Sum(IEnumerable<Cost> costs) => costs.Aggregate(None, (sum, next) => sum + next);

    /// <summary>What both cost together.</summary>
    public static Cost operator +(Cost one, Cost other) => new(one.Known + other.Known, one.Calls + other.Calls, one.Unpriced + other.Unpriced);

    /// <summary>As people read it: <c>$12.40</c>, <c>$12.40 + 2 unpriced</c>, <c>unpriced</c>, <c>$0</c>.</summary>
    public override string ToString() => Kind switch
    {
        CostKind.Unpriced => "unpriced",
        CostKind.Partly => $"{new Money(Known)} + {Unpriced:N0} unpriced",
        _ => new Money(Known).ToString(),
    };
}
