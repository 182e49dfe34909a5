namespace Retrace.Answers;

/// <summary>Only a box counts: what the last balanced <c>\boxed{…}</c> or <c>\fbox{…}</c> holds.</summary>
public sealed class BoxedExtraction : IAnswerExtraction
{
    public string? Extract(string response) => AnswerExtractor.Extract(response);

    public int FirstAnswerStart(string response) => AnswerExtractor.FirstBoxStart(response);
}
