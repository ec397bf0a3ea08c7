using System.Text.Json;

namespace OtherThing.Core.Steps.Schemas;

/// <summary>
/// Counts, before a check is made, what it will take: each part of a schema is held against a value as often as references and
/// applicators lead there, and each place may multiply what the next one does. What is counted for a part and a value is counted once
/// and remembered, so that counting takes no longer than parts times values, however often the check would come by.
/// </summary>
/// <remarks>
/// The unit is one keyword or one plain value of the schema held against one value. What a keyword compares or repeats byte by byte weighs
/// by its bytes, so that few parts cannot hide long work. All branches count: which of them are taken is only known by checking.
/// </remarks>
internal sealed class SchemaWork
{
    /// <summary>The count of a schema that leads back to a part with the same value.</summary>
    public const long Endless = long.MaxValue;

    private const long Beyond = 1_000_000_000_000;

    private readonly List<SchemaPart> _parts;

    private SchemaWork(List<SchemaPart> parts) => _parts = parts;

    /// <param name="schema">A schema that <see cref="SchemaRules"/> has nothing to say against.</param>
    public static SchemaWork Read(JsonElement schema) => new(SchemaPart.ReadAll(schema));

    /// <summary>What a check takes at the least, whatever is checked.</summary>
    public long OfAnyValue() => new Counting(_parts, JsonShape.Null).Total();

    /// <summary>
    /// What a check of a value takes. Call it where there is room on the stack for the depth of the value times the schema's references.
    /// </summary>
    /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
    /// <exception cref="InsufficientExecutionStackException">Parts lead into one another further than there is room.</exception>
    public long Of(JsonElement value) => new Counting(_parts, JsonShape.Of(value)).Total();

    private static long Capped(long work, long more) => work == Endless || more == Endless ? Endless : Math.Min(Beyond, work + more);

    private struct Sum(long work)
    {
        public long Work = work;

        /// <summary>How many results the library keeps.</summary>
        public long Results = 1;

        public void Weigh(long more) => Work = Capped(Work, more);

        public void Add(Sum more) => (Work, Results) = (Capped(Work, more.Work), Math.Min(Beyond, Results + more.Results));
    }

    private sealed class Counting(List<SchemaPart> parts, JsonShape value)
    {
        private readonly Sum[] _known = new Sum[parts.Count * value.Count];

        public long Total() => Count(0, JsonShape.Root).Work;

        private Sum Count(int partIndex, int at)
        {
            var place = (partIndex * value.Count) + at;
            if (_known[place].Work != 0)
            {
                return _known[place];
            }

            SchemaWatch.Look();
            _known[place] = new Sum(Endless); // for whoever comes here from below
            var part = parts[partIndex];
            var sum = new Sum(part.Own);
            if (part.RepeatsValue)
            {
                sum.Weigh(((long)value.BytesOf(at) + part.Bytes) / 32);
            }

            foreach (var same in part.SameValue)
            {
                sum.Add(Count(same, at));
            }

            switch (value.KindOf(at))
            {
                case JsonValueKind.Object:
                    CountMembers(part, at, ref sum);
                    break;
                case JsonValueKind.Array:
                    CountItems(part, at, ref sum);
                    break;
            }

            if (part.LooksBack)
            {
                sum.Weigh(sum.Results);
            }

            return _known[place] = sum;
        }

        private void CountMembers(SchemaPart part, int at, ref Sum sum)
        {
            var (first, count) = value.ChildrenOf(at);
            sum.Weigh((long)part.Names * count / 32);
            for (var child = first; child < first + count; child++)
            {
                var name = value.NameOf(child);
                var isNamed = part.Properties.TryGetValue(name, out var named);
                if (isNamed)
                {
                    sum.Add(Count(named, child));
                }

                if (part.Dependent.TryGetValue(name, out var dependent))
                {
                    sum.Add(Count(dependent, at));
                }

                foreach (var pattern in part.ByPattern)
                {
                    sum.Weigh(1 + (name.Length / 16));
                    sum.Add(Count(pattern, child));
                }

                foreach (var other in isNamed ? [] : part.OtherMembers)
                {
                    sum.Add(Count(other, child));
                }

                if (part.MemberNames >= 0)
                {
                    sum.Add(Count(part.MemberNames, JsonShape.AnyName));
                }
            }
        }

        private void CountItems(SchemaPart part, int at, ref Sum sum)
        {
            var (first, count) = value.ChildrenOf(at);
            if (part.ComparesItems)
            {
                sum.Weigh((long)count * count / 64); // all of them may have one hash
            }

            for (var index = 0; index < count; index++)
            {
                if (index < part.Prefix.Count)
                {
                    sum.Add(Count(part.Prefix[index], first + index));
                }

                foreach (var item in part.Items)
                {
                    sum.Add(Count(item, first + index));
                }
            }
        }
    }
}
