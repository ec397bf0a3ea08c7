using System.Collections.Concurrent;
using System.Text;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Runs;

/// <summary>
/// What the attempts say that this process carries out: told on the feed as it comes, and kept until the attempt ends for whoever looks later.
/// </summary>
public sealed class RunTalk(ILiveFeed feed)
{
    /// <summary>So many characters of an attempt are kept, the last ones.</summary>
    public const int Kept = 64 * 1024;

    private readonly ConcurrentDictionary<long, Speech> _open = new();
    private long _last;

    /// <summary>Opens what an attempt says; its end is that of the answer.</summary>
    internal Speech Open(Guid runId, string path)
    {
        var speech = new Speech(this, feed, Interlocked.Increment(ref _last), runId, path);
        _open[speech.Number] = speech;
        return speech;
    }

    /// <summary>What the attempts of a run that are at work have said.</summary>
    internal IReadOnlyList<StepSaid> Of(Guid runId) =>
        [.. _open.Values.Where(speech => speech.RunId == runId).Select(speech => speech.Said).Where(said => said.End > 0).OrderBy(said => said.Talk)];

    /// <summary>What one attempt says.</summary>
    internal sealed class Speech(RunTalk talk, ILiveFeed feed, long number, Guid runId, string path) : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly StringBuilder _text = new();
        private long _end;

        public long Number => number;

        public Guid RunId => runId;

        public StepSaid Said
        {
            get
            {
                lock (_gate)
                {
                    return new StepSaid(path, number, TextCut.Tail(_text.ToString(), Kept), _end);
                }
            }
        }

        /// <summary>Says something more; many may at once, and everybody hears it in one order.</summary>
        public void Say(string stream, string text)
        {
            lock (_gate)
            {
                var at = _end;
                _end += text.Length;
                _text.Append(text);
                if (_text.Length > 2 * Kept) // now and then, not with each word
                {
                    _text.Remove(0, _text.Length - Kept);
                }

                feed.Publish(Topic.Run(runId), new StepReport(path, stream, text) { Talk = number, At = at });
            }
        }

        public void Dispose() => talk._open.TryRemove(number, out _);
    }
}

/// <summary>What an attempt at work has said so far.</summary>
/// <param name="Path">The step.</param>
/// <param name="Talk">As <see cref="StepReport.Talk"/>.</param>
/// <param name="Text">The last part of it.</param>
/// <param name="End">How many characters it has said in all.</param>
public sealed record StepSaid(string Path, long Talk, string Text, long End);
