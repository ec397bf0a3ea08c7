using System.Linq.Expressions;
using Microsoft.Data.Sqlite;

// Translated to SQL: which letters are the same is the database's matter, and SQLite is told of it below.
#pragma warning disable CA1304, CA1311, CA1862

namespace OtherThing.Data.Conventions;

/// <summary>
/// Looks for a part of a text without regard to capital letters, in every script and on both databases alike. No index has such a condition, so
/// it is asked of the rows on the way (<see cref="TimeOrder{T}"/>).
/// </summary>
internal static class WordSearch
{
    /// <summary>SQLite's own <c>lower</c> knows the letters A to Z only; this one knows them all, as its ICU extension does.</summary>
    public static void Teach(SqliteConnection connection) =>
        connection.CreateFunction<string?, string?>("lower", static text => text?.ToLowerInvariant(), isDeterministic: true);

    /// <summary>True for a row that has any of these words in the text beside them; a text that is null has none.</summary>
    public static Expression<Func<T, bool>> Holds<T>(params (string Words, Expression<Func<T, string?>> Text)[] texts)
    {
        var row = texts[0].Text.Parameters[0];
        return Expression.Lambda<Func<T, bool>>(
            texts.Select(each => Has(each.Words, new Replacing(each.Text.Parameters[0], row).Visit(each.Text.Body)!)).Aggregate(Expression.OrElse), row);
    }

    private static Expression Has(string words, Expression text)
    {
        var sought = words.ToLowerInvariant();
        Expression<Func<string?, bool>> has = each => each!.ToLower().Contains(sought);
        return new Replacing(has.Parameters[0], text).Visit(has.Body)!;
    }

    private sealed class Replacing(Expression part, Expression by) : ExpressionVisitor
    {
        public override Expression? Visit(Expression? node) => node == part ? by : base.Visit(node);
    }
}
