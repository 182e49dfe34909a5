namespace Retrace.Anchors;

/// <summary>Finds the ends of the steps in a chain of thought.</summary>
public static class ReasoningSteps
{
    /// <summary>
    /// The indices right behind each step's last character, ascending: behind a newline (a run of them counts once),
    /// and behind a full stop, question or exclamation mark that white space follows. The end of the text itself is not
    /// one.
    /// </summary>
    public static IReadOnlyList<int> Ends(string text)
    {
        List<int> ends = [];
        for (int i = 1; i < text.Length; i++)
        {
            bool lineEnded = text[i - 1] == '\n' && text[i] != '\n';
            bool sentenceEnded = text[i - 1] is '.' or '?' or '!' && text[i] is ' ' or '\t';
            bool fullWidthSentenceEnded = text[i - 1] is '。' or '？' or '！' && text[i] != '\n';
            if (lineEnded || sentenceEnded || fullWidthSentenceEnded)
            {
                ends.Add(i);
            }
        }
        return ends;
    }
}
