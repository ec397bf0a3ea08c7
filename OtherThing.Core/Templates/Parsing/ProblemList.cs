namespace OtherThing.Core.Templates.Parsing;

/// <summary>The problems found so far; beyond a number more say nothing new.</summary>
internal sealed class ProblemList
{
    private readonly List<TemplateProblem> _problems = [];

    public IReadOnlyList<TemplateProblem> Problems => _problems;

    public bool IsFull => _problems.Count >= TemplateLimits.MaxProblems;

    public void Add(int position, int length, string code, string message)
    {
        if (!IsFull)
        {
            _problems.Add(new TemplateProblem(position, length, code, message));
        }
    }
}
