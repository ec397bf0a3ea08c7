using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Results;

namespace OtherThing.Data.Conventions;

/// <summary>
/// The order of a list, newest first, the id breaking ties: each page begins where the one before ended, by the index that has the list's
/// conditions and this order. A condition that no index has is asked of the rows on the way, of at most <see cref="MostLookedAt"/> a page;
/// where that is not enough the page is shorter, and its cursor goes on behind the last row looked at.
/// </summary>
internal sealed class TimeOrder<T>
    where T : class
{
    /// <summary>The most rows that one page looks at.</summary>
    public const int MostLookedAt = 5_000;

    private readonly Expression<Func<T, DateTime>> _at;
    private readonly Expression<Func<T, Guid>> _id;
    private readonly Expression<Func<T, Cursor>> _cursor;
    private readonly Func<T, Cursor> _place;

    public TimeOrder(Expression<Func<T, DateTime>> at, Expression<Func<T, Guid>> id)
    {
        (_at, _id) = (at, id);
        var row = at.Parameters[0];
        _cursor = Expression.Lambda<Func<T, Cursor>>(
            Expression.New(typeof(Cursor).GetConstructor([typeof(DateTime), typeof(Guid)])!, at.Body, Replace(id.Body, id.Parameters[0], row)), row);
        _place = _cursor.Compile();
    }

    /// <summary>A page of what an index finds in this order, of those rows that the other conditions hold for.</summary>
    /// <param name="found">The rows, by conditions that an index has together with the order.</param>
    /// <param name="others">Conditions that it has not.</param>
    /// <param name="page">Which page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Page<T>> PageAsync(
        IQueryable<T> found, IReadOnlyList<Expression<Func<T, bool>>> others, PageRequest page, CancellationToken cancellationToken) =>
        PageAsync(found, others, page, static rows => rows, _place, cancellationToken);

    /// <summary>The same of what is wanted of each row.</summary>
    public async Task<Page<TOut>> PageAsync<TOut>(
        IQueryable<T> found,
        IReadOnlyList<Expression<Func<T, bool>>> others,
        PageRequest page,
        Func<IQueryable<T>, IQueryable<TOut>> select,
        Func<TOut, Cursor> place,
        CancellationToken cancellationToken)
    {
        if (others.Count == 0)
        {
            return (await select(After(found, page.Cursor)).Take(page.Limit + 1).ToListAsync(cancellationToken)).ToPage(page.Limit, place);
        }

        var last = await Nth(found, page.Cursor, MostLookedAt).FirstOrDefaultAsync(cancellationToken);
        var rows = await select(Narrow(After(found, page.Cursor, last), others)).Take(page.Limit + 1).ToListAsync(cancellationToken);
        return rows.Count > page.Limit ? rows.ToPage(page.Limit, place) : new Page<TOut>(rows, last?.ToString());
    }

    /// <summary>The rows behind a cursor, and up to another one with it, in order.</summary>
    public IQueryable<T> After(IQueryable<T> rows, Cursor? after, Cursor? last = null)
    {
        // The first condition of each pair says to the database where in the index to begin and to end.
        if (after is not null)
        {
            rows = rows.Where(Compare((at, id) => at <= after.At && (at < after.At || id.CompareTo(after.Id) < 0)));
        }

        if (last is not null)
        {
            rows = rows.Where(Compare((at, id) => at >= last.At && (at > last.At || id.CompareTo(last.Id) >= 0)));
        }

        return rows.OrderByDescending(_at).ThenByDescending(_id);
    }

    /// <summary>Where the so-manyth row behind a cursor stands, from 1; none when there are fewer.</summary>
    public IQueryable<Cursor> Nth(IQueryable<T> rows, Cursor? after, int nth) => After(rows, after).Skip(nth - 1).Take(1).Select(_cursor);

    /// <summary>Written so that no database thinks of an index for them: the rows come in the order of the list.</summary>
    public static IQueryable<T> Narrow(IQueryable<T> rows, IReadOnlyList<Expression<Func<T, bool>>> others) => others.Aggregate(
        rows,
        (narrowed, other) => narrowed.Where(Expression.Lambda<Func<T, bool>>(
            Expression.Equal(Expression.Condition(other.Body, Expression.Constant(1), Expression.Constant(0)), Expression.Constant(1)), other.Parameters)));

    private Expression<Func<T, bool>> Compare(Expression<Func<DateTime, Guid, bool>> compare)
    {
        var row = _at.Parameters[0];
        var body = Replace(compare.Body, compare.Parameters[0], _at.Body);
        return Expression.Lambda<Func<T, bool>>(Replace(body, compare.Parameters[1], Replace(_id.Body, _id.Parameters[0], row)), row);
    }

    private static Expression Replace(Expression within, Expression part, Expression by) => new Replacing(part, by).Visit(within);

    private sealed class Replacing(Expression part, Expression by) : ExpressionVisitor
    {
        [return: NotNullIfNotNull(nameof(node))]
        public override Expression? Visit(Expression? node) => node == part ? by : base.Visit(node);
    }
}
