using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using OtherThing.Core.Results;
using OtherThing.Data;
using OtherThing.Tests.Data.Runs;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Conventions;

/// <summary>Every filter and order of every list is served by an index, whatever else is in the table.</summary>
public sealed partial class ListIndexTests
{
    public static TheoryData<string, bool> Lists { get; } =
        [.. ListCases.All.Keys.SelectMany(name => new[] { false, true }.Select(behind => new TheoryDataRow<string, bool>(name, behind)))];

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task List_OnSqlite_SearchesAnIndexAndSortsNothing(string name, bool behindACursor)
    {
        await using var database = new TestDatabase();
        await using var db = database.CreateContext();
        using var plans = new QueryPlans(db.Database.GetConnectionString()!, "SELECT");

        var after = behindACursor ? new Cursor(DateTime.UtcNow, Guid.CreateVersion7()) : null;
        foreach (var (query, _) in ListCases.All[name].Queries(db, after))
        {
            foreach (var row in query)
            {
                Assert.Fail($"The table is empty, yet there is {row}.");
            }
        }

        // The index has each value that is asked for, and not only the workspace, of which there may be a million rows.
        var equal = EqualIn(ListCases.All[name], after);
        Assert.Contains(plans.Found, plan => equal.All(column => plan.Contains($"{column}=?", StringComparison.Ordinal)));
        Assert.DoesNotContain(plans.Found, plan => plan.StartsWith("SCAN", StringComparison.Ordinal) || plan.Contains("TEMP B-TREE", StringComparison.Ordinal));
        Assert.All(
            plans.Found.Where(plan => plan.StartsWith("SEARCH", StringComparison.Ordinal)), plan => Assert.Contains("INDEX", plan, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public void List_OnSqlServer_HasAnIndexOfItsConditionsThenItsOrder(string name, bool behindACursor)
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        var entity = db.GetService<IDesignTimeModel>().Model.FindEntityType(ListCases.All[name].Entity)!;

        foreach (var (query, narrows) in ListCases.All[name].Queries(db, behindACursor ? new Cursor(DateTime.UtcNow, Guid.CreateVersion7()) : null))
        {
            var (statement, equal) = Read(query, entity, Equality());
            var order = OrderColumn().Matches(statement[statement.LastIndexOf("ORDER BY", StringComparison.Ordinal)..])
                .Select(match => (match.Groups["column"].Value, match.Groups["down"].Success)).ToArray();

            Assert.True(
                entity.GetIndexes().Any(index => Serves(index, statement, equal, order)),
                string.Create(CultureInfo.InvariantCulture, $"No index serves {(narrows ? "the rows looked at of " : "")}{name}: {statement}"));
        }
    }

    /// <summary>The columns that the first query of a list asks for one value of.</summary>
    private static HashSet<string> EqualIn(ListCases.ListCase list, Cursor? after)
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        return Read(list.Queries(db, after).First().Query, db.Model.FindEntityType(list.Entity)!, Value()).Equal;
    }

    /// <summary>A statement without what it asks of each row that is looked at, and the columns of the list's table that a condition is on.</summary>
    private static (string Statement, HashSet<string> Equal) Read(IQueryable query, IEntityType entity, Regex condition)
    {
        var text = query.ToQueryString();
        var statement = Asked().Replace(text[text.IndexOf("SELECT", StringComparison.Ordinal)..], "1 = 1");
        var alias = FromTable().Matches(statement).First(match => match.Groups["table"].Value == entity.GetTableName()).Groups["alias"].Value;
        return (
            statement, [.. condition.Matches(statement).Where(match => match.Groups["alias"].Value == alias).Select(match => match.Groups["column"].Value)]);
    }

    /// <summary>The conditions on single values come first in the index, all of them but that of the workspace, then the order, up or down.</summary>
    private static bool Serves(IIndex index, string statement, HashSet<string> equal, (string Column, bool Down)[] order)
    {
        var columns = index.Properties.Select((property, at) => (property.Name, Down: index.IsDescending switch
        {
            null => false,
            { Count: 0 } => true,
            var down => down[at],
        })).ToArray();
        var filter = index.GetFilter()?.Replace('"', '[') ?? "";
        var filtered = FilterColumn().Match(filter).Groups["column"].Value;
        var leading = columns.TakeWhile(column => equal.Contains(column.Name)).Select(column => column.Name).ToArray();
        var rest = columns.Skip(leading.Length).Take(order.Length).ToArray();
        var isOrdered = rest.Select(column => column.Name).SequenceEqual(order.Select(column => column.Column))
            && rest.Zip(order).Select(pair => pair.First.Down == pair.Second.Down).Distinct().Count() == 1;
        // A filter holds when the statement says the same, or asks for a value where it asks for any.
        var holds = filter.Length == 0
            || Said(statement).Contains(Said(filter), StringComparison.Ordinal)
            || (filter.EndsWith("IS NOT NULL", StringComparison.Ordinal) && equal.Contains(filtered));
        return isOrdered && holds && equal.All(column => column == "WorkspaceId" || leading.Contains(column) || column == filtered);
    }

    /// <summary>Without the names of tables, and without what says only how a text is written.</summary>
    private static string Said(string sql) =>
        Qualifier().Replace(sql, "").Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Replace(
            "N'", "'", StringComparison.Ordinal);

    [GeneratedRegex(@"(?:FROM|JOIN) \[(?<table>\w+)\] AS \[(?<alias>\w+)\]")]
    private static partial Regex FromTable();

    /// <summary>What is asked of each row that is looked at.</summary>
    [GeneratedRegex(@"CASE\s.*?END = 1", RegexOptions.Singleline)]
    private static partial Regex Asked();

    [GeneratedRegex(@"\[(?<alias>\w+)\]\.\[(?<column>\w+)\](?: = (?:@|N?')| IS NULL)")]
    private static partial Regex Equality();

    [GeneratedRegex(@"\[(?<alias>\w+)\]\.\[(?<column>\w+)\] = (?:@|N?')")]
    private static partial Regex Value();

    [GeneratedRegex(@"\[\w+\]\.\[(?<column>\w+)\](?<down> DESC)?")]
    private static partial Regex OrderColumn();

    [GeneratedRegex(@"\[(?<column>\w+)\[")]
    private static partial Regex FilterColumn();

    [GeneratedRegex(@"\[\w+\]\.")]
    private static partial Regex Qualifier();
}
