using CsCheck;
using Retrace.Models;
using Retrace.Serving.Drawing;
using Retrace.Training.Tests;

namespace Retrace.Serving.Tests.Rollouts;

public sealed class SampleTextTests : IDisposable
{
    private readonly VisionLanguageModel _model = RunningServer.LoadModel(Shipped.Model);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void However_tokens_fall_the_text_ends_before_the_first_stop_string()
    {
        Gen<string> letters = Gen.String[Gen.OneOf(Gen.Const('a'), Gen.Const('b'), Gen.Const(' ')), 1, 30];
        Gen<string> stop = Gen.String[Gen.OneOf(Gen.Const('a'), Gen.Const('b'), Gen.Const(' ')), 1, 4];
        Gen.Select(letters, stop.List[1, 2]).Sample((text, stops) =>
        {
            var reading = new SampleText(_model.Tokenizer, stops);
            string shown = string.Concat(_model.Tokenizer.Encode(text).Select(reading.Append)) + reading.End();
            int at = stops.Select(one => text.IndexOf(one, StringComparison.Ordinal))
                .Where(found => found >= 0)
                .DefaultIfEmpty(-1)
                .Min();
            return shown == (at < 0 ? text : text[..at]) && reading.Stop is not null == at >= 0;
        });
    }
}
