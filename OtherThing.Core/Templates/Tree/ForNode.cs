using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Tree;

/// <summary><c>{% for name in list limit: n offset: n reversed %}</c></summary>
internal sealed class ForNode(int slot, Expression list, Expression? limit, Expression? offset, bool reversed, Node[] body, Node[] otherwise)
    : Node
{
    public override Flow Render(RenderContext context)
    {
        context.Step(list.Position);
        var items = Conversions.ToItems(list.Require(context), context, list.Position, "for");
        var start = Math.Min(Count(offset, 0, context), items.Length);
        var count = Math.Min(Count(limit, items.Length, context), items.Length - start);
        if (count == 0)
        {
            return RenderAll(otherwise, context);
        }

        var hidden = context.Local(slot);
        var loop = new LoopState(count, context.Loop);
        context.Loop = loop;
        for (; loop.Index < count; loop.Index++)
        {
            context.Step(list.Position);
            context.Local(slot) = items[reversed ? start + count - 1 - loop.Index : start + loop.Index];
            if (RenderAll(body, context) == Flow.Break)
            {
                break;
            }
        }

        context.Loop = loop.Outer;
        context.Local(slot) = hidden;
        return Flow.Next;
    }

    private static int Count(Expression? count, int fallback, RenderContext context)
    {
        if (count is null)
        {
            return fallback;
        }

        var number = Conversions.ToNumber(count.Require(context), context, count.Position, "for");
        return number.TryInt(out var value) && value >= 0
            ? value
            : throw new TemplateError("template.type_mismatch", "limit and offset are whole numbers from 0.", count.Position, null);
    }
}
