using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Results;
using OtherThing.Core.Usage;
using OtherThing.Data;
using OtherThing.Tests.Web.Keys;

namespace OtherThing.Tests.Web.Runs;

/// <summary>Paths and models as long as they come go through a run; what is longer than its column is cut with a mark, and its run goes on.</summary>
public sealed class LongNameTests(ProviderServer providers) : IClassFixture<ProviderServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(250)]
    [InlineData(700)]
    public async Task Run_PathOfSixHundredAndALongModel_SucceedsAndKeepsItsUsage(int modelLength)
    {
        using var place = await providers.OpenAsync();
        var client = new RunClient(place.Client, $"/api/v1/workspaces/{place.WorkspaceId}");
        // Eight maps in each other, each with the longest id there is, and a step in the innermost.
        var ids = Enumerable.Range(0, 9).Select(i => $"s{i}" + new string('x', 62)).ToArray();
        var model = "m" + new string('o', modelLength - 1);
        var steps = ids.Select((id, i) =>
        {
            var parent = i == 0 ? "" : $",\"parent\":\"{ids[i - 1]}\"";
            return i < 8
                ? $$$"""{"id":"{{{id}}}","type":"logic.map"{{{parent}}},"config":{"items":[1]}}"""
                : $$$"""{"id":"{{{id}}}","type":"ai.chat"{{{parent}}},"config":{"provider":"openai","model":"{{{model}}}","prompt":"Hi"}}""";
        });
        var flow = await client.CreateFlowAsync(string.Join(',', steps), $"start->{ids[0]}");

        var run = await client.RunAsync(flow);

        Assert.Equal("succeeded", run.GetProperty("status").GetString());
        var path = string.Join("[0]/", ids);
        Assert.True(path.Length > 600);
        Assert.Contains(run.GetProperty("steps").EnumerateArray(), step => step.GetProperty("path").GetString() == path);
        await using var db = providers.Server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();
        var runId = run.GetProperty("id").GetGuid();
        var entry = await db.Set<UsageEntry>().AsNoTracking().SingleAsync(used => used.RunId == runId, Cancel);
        Assert.Equal(path, entry.StepPath);
        Assert.Equal(TextCut.Name(model, UsageEntry.MaxModel), entry.Model);
        Assert.Equal(Math.Min(modelLength, UsageEntry.MaxModel), entry.Model!.Length);
    }

    [Fact]
    public void From_EverythingTooLong_FitsItsColumnsAndStaysDifferent()
    {
        UsageEntry Entry(string end) => UsageEntry.From(
            new UsageDraft
            {
                Type = UsageType.ApiCall,
                CallId = new string('c', 300) + end,
                Provider = new string('p', 60),
                Model = new string('m', 900) + end,
                PriceRow = new string('r', 900),
                CostStatus = CostStatus.Unpriced,
            },
            Guid.NewGuid(), null, new string('f', 300), null, new string('s', 3_000) + end, null, DateTime.UtcNow);
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);

        var (one, other) = (Entry("a"), Entry("b"));

        foreach (var property in
            db.Model.FindEntityType(typeof(UsageEntry))!.GetProperties().Where(column => column.ClrType == typeof(string) && column.GetMaxLength() is not null))
        {
            var value = (string?)property.PropertyInfo!.GetValue(one);
            Assert.True(value is null || value.Length == property.GetMaxLength(), $"{property.Name}: {value?.Length} of {property.GetMaxLength()}");
        }

        Assert.NotEqual(one.CallId, other.CallId);
        Assert.NotEqual(one.Model, other.Model);
        Assert.NotEqual(one.StepPath, other.StepPath);
    }

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdefg", 6, "abcde…")]
    [InlineData("abcd👩‍👩‍👧‍👦", 10, "abcd…")]
    [InlineData("abcé̀fghij", 6, "abcé̀…")]
    public void Words_TooLong_IsCutBetweenCharactersWithAMark(string text, int most, string cut) => Assert.Equal(cut, TextCut.Words(text, most));
}
