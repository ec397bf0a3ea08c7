using System.Text;
using OtherThing.Core.Results;

namespace OtherThing.Core.Console;

/// <summary>A command or a filter as it was typed.</summary>
/// <param name="Words">Its words, quotes taken away.</param>
public sealed record ConsoleStage(IReadOnlyList<string> Words);

/// <summary>A command and the filters its result goes through.</summary>
public sealed record ConsolePipeline(ConsoleStage Command, IReadOnlyList<ConsoleStage> Filters);

/// <summary>
/// Reads <c>line := pipe (";" pipe)*</c>, <c>pipe := cmd ("|" filter)*</c>. Words are parted by blanks; <c>"…"</c> and <c>'…'</c> keep
/// blanks, <c>|</c> and <c>;</c>; inside double quotes a backslash keeps the next quote or backslash.
/// </summary>
public static class ConsoleSyntax
{
    private const int MaxPipelines = 10;
    private const int MaxFilters = 10;

    /// <summary>Reads a line.</summary>
    /// <returns>Its pipelines, or <c>console.usage</c>.</returns>
    public static Result<IReadOnlyList<ConsolePipeline>> Parse(string line)
    {
        if (!Split(line).TryGet(out var parts, out var error))
        {
            return error;
        }

        var pipelines = new List<ConsolePipeline>();
        foreach (var part in parts)
        {
            if (part is [{ Words.Count: 0 }])
            {
                continue; // an empty line, or a semicolon at the end
            }

            if (part.Any(stage => stage.Words.Count == 0))
            {
                return ConsoleErrors.Usage("Something is missing beside a '|'.");
            }

            if (part.Count > MaxFilters + 1)
            {
                return ConsoleErrors.Usage($"A result goes through at most {MaxFilters} filters.");
            }

            pipelines.Add(new ConsolePipeline(part[0], part[1..]));
        }

        return pipelines.Count switch
        {
            0 => ConsoleErrors.LineInvalid,
            > MaxPipelines => ConsoleErrors.Usage($"A line has at most {MaxPipelines} commands."),
            _ => Result<IReadOnlyList<ConsolePipeline>>.Success(pipelines),
        };
    }

    private static Result<List<List<ConsoleStage>>> Split(string line)
    {
        var pipelines = new List<List<ConsoleStage>>();
        var stages = new List<ConsoleStage>();
        var words = new List<string>();
        var word = new StringBuilder();
        var inWord = false;
        char? quote = null;

        for (var i = 0; i < line.Length; i++)
        {
            var letter = line[i];
            if (quote is { } open)
            {
                if (letter == '\\' && open == '"' && i + 1 < line.Length && line[i + 1] is '"' or '\\')
                {
                    word.Append(line[++i]);
                }
                else if (letter == open)
                {
                    quote = null;
                }
                else
                {
                    word.Append(letter);
                }
            }
            else if (letter is '"' or '\'')
            {
                (quote, inWord) = (letter, true);
            }
            else if (letter is '|' or ';')
            {
                EndStage();
                if (letter == ';')
                {
                    EndPipeline();
                }
            }
            else if (char.IsWhiteSpace(letter))
            {
                EndWord();
            }
            else
            {
                word.Append(letter);
                inWord = true;
            }
        }

        if (quote is not null)
        {
            return ConsoleErrors.QuoteOpen;
        }

        EndStage();
        EndPipeline();
        return pipelines;

        void EndWord()
        {
            if (inWord)
            {
                words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
        }

        void EndStage()
        {
            EndWord();
            stages.Add(new ConsoleStage(words));
            words = [];
        }

        void EndPipeline()
        {
            pipelines.Add(stages);
            stages = [];
        }
    }
}
