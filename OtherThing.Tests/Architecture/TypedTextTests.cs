using System.Text.RegularExpressions;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Architecture;

/// <summary>Nothing typed is lost: each field that takes more than a choice stands in a form with a draft, or is named here with the reason why not.</summary>
public sealed partial class TypedTextTests
{
    private static readonly Dictionary<string, string> s_withoutDraft = new(StringComparer.Ordinal)
    {
        ["Components/Account/AccountField.razor"] = "a part: the form it stands in answers for it",
        ["Components/Account/SignIn/ConfirmPage.razor"] = "a password and a code",
        ["Components/Account/Recovery/ForgotPage.razor"] = "an address, before the sign-in: nothing of it stays on a device that others use too",
        ["Components/Account/SignIn/LoginPage.razor"] = "an address and a password, before the sign-in; a refusal brings the address back",
        ["Components/Account/PasswordSection.razor"] = "passwords",
        ["Components/Account/RegisterPage.razor"] = "before the sign-in; a refusal brings all back but the password",
        ["Components/Account/Recovery/ResetPage.razor"] = "a password",
        ["Components/Account/SignIn/TwoFactorPage.razor"] = "a code",
        ["Components/Account/TwoFactorSection.razor"] = "a code",
        ["Components/Layout/PaletteDialog.razor"] = "a search, gone with its answer",
        ["Components/Shared/ConfirmDialog.razor"] = "a word that is typed to be sure",
        ["Components/Shared/ConfirmIdentityDialog.razor"] = "a password and a code",
        ["Components/Shared/Values/JsonView.razor"] = "a search within what is shown",
        ["Components/Shared/Values/LargeText.razor"] = "a part: the form it stands in answers for it",
        ["Components/Shared/Lists/ListFilter.razor"] = "a filter, kept in the address",
        ["Features/Administration/AdministrationPage.razor"] = "one address of an account, which does not stay on the device",
        ["Features/Audit/AuditPage.razor"] = "a filter, kept in the address",
        ["Features/Console/ConsolePage.razor"] = "the line is kept by the console's own script, and those entered are in its history",
        ["Features/Flows/Panels/ConfigField.razor"] = "a part: the form it stands in answers for it",
        ["Features/Flows/Editing/FlowEditorPage.razor"] = "what is typed goes into the shared flow at once, which keeps what has not arrived",
        ["Features/Flows/Gallery/FlowGalleryPage.razor"] = "a filter",
        ["Features/Flows/FlowListPage.razor"] = "a filter, kept in the address",
        ["Features/Flows/Panels/NotePanel.razor"] = "what is typed goes into the shared flow at once",
        ["Features/Flows/Panels/StepPalette.razor"] = "a search",
        ["Features/Flows/Panels/StepPanel.razor"] = "what is typed goes into the shared flow at once",
        ["Features/Nodes/LinkPage.razor"] = "a claim code, good for ten minutes, and two figures that can be changed later",
        ["Features/Runs/RunListPage.razor"] = "a filter, kept in the address",
        ["Features/Tasks/TasksPage.razor"] = "a filter, kept in the address",
        ["Features/Workspaces/JoinWorkspaceDialog.razor"] = "an invite code, pasted",
    };

    [Fact]
    public void Fields_StandInADraft_OrSayWhyNot()
    {
        var web = Path.Combine(Repository.Root, "OtherThing.Web");
        var without = Directory.EnumerateFiles(web, "*.razor", SearchOption.AllDirectories)
            .Where(path => !Made().IsMatch(path) && HasFieldsOutsideADraft(File.ReadAllText(path)))
            .Select(path => Path.GetRelativePath(web, path).Replace('\\', '/'));

        Assert.Equal(s_withoutDraft.Keys.Order(StringComparer.Ordinal), without.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""<form><Draft Name="a" /><textarea></textarea></form>""", false)]
    [InlineData("""<form><Draft Name="a" /></form><textarea></textarea>""", true)]
    [InlineData("""<form><LargeText Value="x" /></form>""", true)]
    [InlineData("""<section class="s" data-draft><section><Draft Name="a" /></section><ConfigField /></section>""", false)]
    [InlineData("""<section data-draft><Draft Name="a" /></section><section><ConfigField /></section>""", true)]
    [InlineData("""<form><KeptForm Name="a" /><AccountField Name="b" /></form>""", false)]
    [InlineData("""<form><input class="ot-input" /></form>""", true)]
    [InlineData("""<form><input type="checkbox" /><input type="radio" /></form>""", false)]
    [InlineData("""<form><MudTextField T="string" /></form>""", true)]
    public void HasFieldsOutsideADraft_KnowsWhatADraftStandsIn(string markup, bool outside) =>
        Assert.Equal(outside, HasFieldsOutsideADraft(markup));

    private static bool HasFieldsOutsideADraft(string component)
    {
        var markup = Comment().Replace(component, "");
        while (Kept(markup) is { } kept)
        {
            markup = markup.Remove(kept.Start, kept.Length);
        }

        return Field().Matches(markup).Any(field => !NotTyped().IsMatch(field.Value));
    }

    /// <summary>The first form, or part marked data-draft, with a draft in it.</summary>
    private static (int Start, int Length)? Kept(string markup)
    {
        foreach (Match begin in Holder().Matches(markup))
        {
            var name = begin.Groups["form"].Success ? "form" : begin.Groups["part"].Value;
            var depth = 0;
            foreach (Match tag in Regex.Matches(markup[begin.Index..], $@"<(?<end>/)?{name}\b"))
            {
                depth += tag.Groups["end"].Success ? -1 : 1;
                if (depth == 0)
                {
                    if (markup[begin.Index..(begin.Index + tag.Index)] is var part
                        && (part.Contains("<Draft ", StringComparison.Ordinal) || part.Contains("<KeptForm ", StringComparison.Ordinal)))
                    {
                        return (begin.Index, tag.Index);
                    }

                    break;
                }
            }
        }

        return null;
    }

    [GeneratedRegex(@"@\*.*?\*@", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"<(?<form>form)\b|<(?<part>[a-z]+)\s[^<>]*\bdata-draft(?=[\s>])")]
    private static partial Regex Holder();

    [GeneratedRegex(@"<(?:textarea|input|LargeText|ConfigField|AccountField|MudTextField|MudNumericField|MudAutocomplete|InputText)\b[^\n]*")]
    private static partial Regex Field();

    [GeneratedRegex(@"^<input[^>]*type=""(?:checkbox|radio|hidden|file)""|^<input[^>]*\s(?:readonly|hidden)\s[^>]*/>")]
    private static partial Regex NotTyped();

    [GeneratedRegex(@"[\\/](?:obj|bin)[\\/]")]
    private static partial Regex Made();
}
