using CsCheck;
using Retrace.Models;
using Retrace.Serving.Sampling;
using Retrace.Testing;

namespace Retrace.Serving.Tests.Sampling;

public sealed class SampleTextTests : IDisposable
{
    private readonly VisionLanguageModel _model = ShippedProblems.LoadModel();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void However_tokens_fall_the_text_ends_before_the_stop_string_that_is_complete_first()
    {
        Gen<string> letters = Gen.String[Gen.OneOf(Gen.Const('a'), Gen.Const('b'), Gen.Const(' ')), 1, 30];
        Gen<string> stop = Gen.String[Gen.OneOf(Gen.Const('a'), Gen.Const('b'), Gen.Const(' ')), 1, 4];
        Gen.Select(letters, stop.List[1, 2]).Sample((text, stops) =>
        {
            var reading = new SampleText(_model.Tokenizer, stops);
            string shown = string.Concat(_model.Tokenizer.Encode(text).Select(reading.Append)) + reading.End();
            int at = Enumerable.Range(0, text.Length + 1)
                .SelectMany(end => stops.Where(text[..end].EndsWith).Select(one => end - one.Length).Order())
                .FirstOrDefault(-1);
            return shown == (at < 0 ? text : text[..at]) && reading.Stop is not null == at >= 0;
        });
    }
}
