namespace Retrace.Models.Text;

/// <summary>One message of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Text">What is said, after the images.</param>
/// <param name="ImageCount">The images shown with it, before the text.</param>
public sealed record ChatTurn(string Role, string Text, int ImageCount = 0);
