using System.Globalization;
using System.Text;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;

namespace OtherThing.Core.Workspaces;

/// <summary>What a workspace's texts must be.</summary>
public static class WorkspaceRules
{
    private const int MaxSlug = 40;

    /// <summary>Checks and trims a new workspace's texts.</summary>
    /// <returns>The draft, or <c>workspace.invalid</c> naming the fields.</returns>
    public static Result<WorkspaceDraft> Check(WorkspaceDraft draft)
    {
        var name = draft.Name?.Trim() ?? "";
        var description = draft.Description?.Trim() ?? "";
        return Refuse(name, description, []) is { } refusal ? refusal : draft with { Name = name, Description = description };
    }

    /// <summary>Checks and trims a change.</summary>
    /// <returns>The change, or <c>workspace.invalid</c> naming the fields.</returns>
    public static Result<WorkspaceChange> Check(WorkspaceChange change)
    {
        var (name, description) = (change.Name?.Trim(), change.Description?.Trim());
        List<FieldError> limits = [.. change.Retention?.Check() ?? []];
        if (change.MaxConcurrentRuns is { IsSet: true, Value: { } runs } && runs is < 1 or > Workspace.MostConcurrentRuns)
        {
            limits.Add(new FieldError("maxConcurrentRuns", $"1 to {Workspace.MostConcurrentRuns:N0} runs at once, or null for no limit."));
        }

        if (change.LeastSandbox is { IsSet: true, Value: { } least } && !SandboxClasses.Minima.Contains(least))
        {
            limits.Add(new FieldError("leastSandbox", $"One of {string.Join(", ", SandboxClasses.Minima)}, or null for any."));
        }

        return Refuse(name ?? "unchanged", description ?? "", limits) is { } refusal
            ? refusal
            : change with { Name = name, Description = description };
    }

    /// <summary>The name as it reads in an address: lower case letters, digits and dashes, at most 40; never empty.</summary>
    public static string SlugOf(string name)
    {
        var slug = new StringBuilder();
        foreach (var letter in Decompose(name).ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                slug.Append(letter);
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark && slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        slug.Length = Math.Min(slug.Length, MaxSlug);
        var text = slug.ToString().Trim('-');
        return text.Length > 0 ? text : "workspace";
    }

    private static string Decompose(string name)
    {
        try
        {
            return name.Normalize(NormalizationForm.FormD);
        }
        catch (ArgumentException)
        {
            // Code points that are no characters cannot be taken apart; they make no slug either.
            return name;
        }
    }

    private static Error? Refuse(string name, string description, IEnumerable<FieldError> others)
    {
        List<FieldError> wrong = [.. others];
        if (Workspace.NameLimit.Line(name) is null)
        {
            wrong.Add(new FieldError("name", $"Enter a name of 1 to {Workspace.NameLimit} on one line."));
        }

        if (!Workspace.DescriptionLimit.Holds(description) || description.Contains('\0'))
        {
            wrong.Add(new FieldError("description", $"The description may have up to {Workspace.DescriptionLimit}."));
        }

        return wrong.Count > 0 ? Error.Invalid("workspace.invalid", wrong[0].Message, wrong) : null;
    }
}
