namespace Retrace.Models.Tests;

/// <summary>What a user reads when something he gave cannot be used.</summary>
internal static class Complaint
{
    /// <summary>The message of the <see cref="BadInputException"/> that must come, once it is one sentence.</summary>
    public static string Of(Action action)
    {
        string message = Assert.Throws<BadInputException>(action).Message;
        AssertOneSentence(message);
        return message;
    }

    /// <summary>Lets an action succeed or complain in one sentence, and nothing else.</summary>
    /// <returns>Whether it complained.</returns>
    public static bool IsAllThatCanComeOf(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (BadInputException error)
        {
            AssertOneSentence(error.Message);
            return true;
        }
    }

    private static void AssertOneSentence(string message)
    {
        Assert.Matches(@"[^.]\.\z", message);
        Assert.DoesNotContain('\n', message);
        Assert.DoesNotContain(". ", message);
    }
}
