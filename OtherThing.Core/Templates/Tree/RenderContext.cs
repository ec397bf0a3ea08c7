using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Tree;

/// <summary>What one rendering uses up and where it writes. One is kept per thread, so rendering allocates no more than its output.</summary>
internal sealed class RenderContext
{
    private const int CharactersPerStep = 256;

    [ThreadStatic]
    private static RenderContext? s_spare;

    private Value[] _locals = [];
    private int _stepsLeft;
    private int _documentBytesLeft;

    /// <summary>What the template may read.</summary>
    public ITemplateScope Scope { get; private set; } = null!;

    /// <summary>How many bytes computed values may still write.</summary>
    public int BytesLeft { get; set; }

    /// <summary>The text so far.</summary>
    public TextBuffer Output { get; } = new();

    /// <summary>The innermost loop that is going on.</summary>
    public LoopState? Loop { get; set; }

    /// <summary>A context with all its budget, for one rendering; give it back with <see cref="Return"/>.</summary>
    public static RenderContext Rent(ITemplateScope scope)
    {
        var context = s_spare ?? new RenderContext();
        s_spare = null;
        context.Scope = scope;
        context._stepsLeft = TemplateLimits.MaxSteps;
        context.BytesLeft = TemplateLimits.MaxOutputBytes;
        context._documentBytesLeft = TemplateLimits.MaxDocumentBytes;
        return context;
    }

    /// <summary>Keeps the context for the next rendering of this thread, without any value of this one.</summary>
    public void Return()
    {
        Scope = null!;
        Loop = null;
        Array.Clear(_locals);
        Output.Reset();
        s_spare = this;
    }

    /// <summary>Makes room for a template's own variables, all unset.</summary>
    public void UseLocals(int count)
    {
        if (_locals.Length < count)
        {
            _locals = new Value[count];
        }
        else
        {
            Array.Clear(_locals);
        }
    }

    /// <summary>A variable of the template; missing while it is unset.</summary>
    public ref Value Local(int slot) => ref _locals[slot];

    /// <summary>Counts one evaluation step.</summary>
    public void Step(int position)
    {
        if (--_stepsLeft < 0)
        {
            throw OutOfSteps(position);
        }
    }

    /// <summary>Counts work on a text of so many characters: one step for each 256.</summary>
    public void Charge(int characters, int position) => ChargeSteps(1 + (characters / CharactersPerStep), position);

    /// <summary>Counts several steps.</summary>
    public void ChargeSteps(int steps, int position)
    {
        _stepsLeft -= steps;
        if (_stepsLeft < 0)
        {
            _stepsLeft = 0;
            throw OutOfSteps(position);
        }
    }

    /// <summary>Counts bytes of a computed value against the output limit.</summary>
    public void Written(int bytes, int position)
    {
        ChargeSteps(bytes / CharactersPerStep, position);
        BytesLeft -= bytes;
        if (BytesLeft < 0)
        {
            BytesLeft = 0;
            throw TooLong(position);
        }
    }

    /// <summary>Counts bytes of a value taken over as it is against the document limit.</summary>
    public void TakenOver(int bytes, int position)
    {
        _documentBytesLeft -= bytes;
        if (_documentBytesLeft < 0)
        {
            _documentBytesLeft = 0;
            throw new TemplateError("template.limit", "The rendered value is larger than 16 MiB.", position, null);
        }
    }

    /// <summary>Refuses a text longer than a template may make, before it is made.</summary>
    public static void CheckLength(long characters, int position)
    {
        if (characters > TemplateLimits.MaxOutputBytes)
        {
            throw TooLong(position);
        }
    }

    public static TemplateError TooLong(int position) =>
        new("template.limit", "The template produces more than 1 MiB (1,048,576 bytes).", position, null);

    private static TemplateError OutOfSteps(int position) =>
        new("template.limit", "The template takes more than 100,000 evaluation steps; do this work in a step on a machine.", position, null);
}
