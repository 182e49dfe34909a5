namespace Retrace.Answers;

/// <summary>The form in which a response has to come: reasoning in think tags, then a boxed answer.</summary>
public static class ResponseFormat
{
    private const string ThinkStart = "<think>";
    private const string ThinkEnd = "</think>";
    private const string BoxStart = @"\boxed{";

    /// <summary>
    /// Whether the whole response matches <c>&lt;think&gt;.*&lt;/think&gt;.*\boxed{.*}.*</c>, where the dot matches
    /// every character.
    /// </summary>
    /// <remarks>
    /// Taking the earliest place for each part leaves the most room for the next one, so this decides the pattern
    /// exactly, in linear time, where a backtracking regular expression would not.
    /// </remarks>
    public static bool Matches(string response)
    {
        if (!response.StartsWith(ThinkStart, StringComparison.Ordinal))
        {
            return false;
        }
        int thinkEnd = response.IndexOf(ThinkEnd, ThinkStart.Length, StringComparison.Ordinal);
        if (thinkEnd < 0)
        {
            return false;
        }
        int boxStart = response.IndexOf(BoxStart, thinkEnd + ThinkEnd.Length, StringComparison.Ordinal);
        return boxStart >= 0 && response.IndexOf('}', boxStart + BoxStart.Length) >= 0;
    }

    /// <summary>
    /// What a prompt has begun the response with: an opening tag at its end, with the line breaks and spaces behind it;
    /// empty where it ends otherwise.
    /// </summary>
    public static string OpeningOf(string prompt)
    {
        int start = prompt.AsSpan().TrimEnd().Length - ThinkStart.Length;
        return start >= 0 && prompt.AsSpan(start).StartsWith(ThinkStart, StringComparison.Ordinal) ? prompt[start..] : "";
    }
}
