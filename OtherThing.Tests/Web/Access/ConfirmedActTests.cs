using System.Text.RegularExpressions;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Access.Rights;

namespace OtherThing.Tests.Web.Access;

/// <summary>A page that asks a service for what takes a fresh sign-in, and does not offer to show it, is a dead end five minutes after sign-in.</summary>
public sealed partial class ConfirmedActTests
{
    /// <summary>Acts that ask for it only in some cases, by another row than their own.</summary>
    private static readonly string[] s_sometimes = ["WorkspaceService.UpdateAsync", "FlowService.PublishAsync"];

    /// <summary>Static pages, which lead over the page that asks again.</summary>
    private static readonly string[] s_static = ["TokensSection.razor"];

    [Fact]
    public void B17_Pages_EachCallThatMayAskForAFreshSignIn_OffersToShowIt()
    {
        var fresh = RightsActs.All.Where(act => RightsTable.Rows.TryGetValue(act.Row, out var row) && row.IsFresh)
            .Select(act => act.Method)
            .Concat(s_sometimes)
            .ToHashSet();
        List<string> open = [];
        var calls = 0;
        foreach (var page in Directory.EnumerateFiles(Path.Combine(BuildOutput.Root, "OtherThing.Web"), "*.razor", SearchOption.AllDirectories)
            .Where(file => !s_static.Contains(Path.GetFileName(file))))
        {
            var parts = Directory.GetFiles(Path.GetDirectoryName(page)!, Path.GetFileNameWithoutExtension(page) + ".*")
                .Where(file => file.EndsWith(".razor", StringComparison.Ordinal) || file.EndsWith(".cs", StringComparison.Ordinal));
            var text = string.Join('\n', parts.Select(File.ReadAllText));
            var services = Injected().Matches(text).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["type"].Value);
            foreach (Match call in Call().Matches(text))
            {
                if (services.TryGetValue(call.Groups["name"].Value, out var type) && fresh.Contains($"{type}.{call.Groups["method"].Value}"))
                {
                    calls++;
                    var before = text[Math.Max(0, call.Index - 120)..call.Index];
                    if (!before.Contains("ConfirmedAct.RunAsync(", StringComparison.Ordinal))
                    {
                        open.Add($"{Path.GetFileName(page)}: {call.Value}");
                    }
                }
            }
        }

        Assert.Empty(open);
        Assert.True(calls >= 9, $"only {calls} calls were found");
    }

    [GeneratedRegex(@"\b(?<type>[A-Z]\w+) (?<name>\w+) \{ get;")]
    private static partial Regex Injected();

    [GeneratedRegex(@"\b(?<name>[A-Z]\w+)\.(?<method>\w+Async)\(")]
    private static partial Regex Call();
}
