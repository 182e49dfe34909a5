namespace Retrace;

/// <summary>Things that a configuration chooses by name; a new one is a line in such a table.</summary>
/// <param name="kind">What they are, for messages.</param>
/// <param name="builtIn">Those that ship. Their names are taken for good.</param>
internal sealed class NamedChoices<T>(string kind, params (string Name, T Choice)[] builtIn)
{
    private readonly Lock _registering = new();
    private readonly string[] _builtIn = Array.ConvertAll(builtIn, choice => choice.Name);
    private volatile (string Name, T Choice)[] _choices = builtIn;

    /// <summary>In the table's order, those registered at its end.</summary>
    public IReadOnlyList<string> Names => Array.ConvertAll(_choices, choice => choice.Name);

    /// <exception cref="BadInputException">There is no such name; the message lists those there are.</exception>
    public T this[string name]
    {
        get
        {
            foreach ((string known, T choice) in _choices)
            {
                if (known == name)
                {
                    return choice;
                }
            }
            throw new BadInputException($"There is no {kind} \"{name}\"; known are {string.Join(", ", Names)}.");
        }
    }

    /// <summary>Adds a choice of the user's. One that the user has registered under the same name gives way to it.</summary>
    /// <exception cref="ArgumentException">The name is that of one that ships, or no word of letters, digits, - and _.</exception>
    public void Register(string name, T choice)
    {
        if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
        {
            throw new ArgumentException(
                $"\"{name}\" cannot be the name of this {kind}: a name is made of letters, digits, - and _.", nameof(name));
        }
        if (_builtIn.Contains(name))
        {
            throw new ArgumentException($"The {kind} {name} ships with Retrace; take another name.", nameof(name));
        }
        lock (_registering)
        {
            _choices = [.. _choices.Where(known => known.Name != name), (name, choice)];
        }
    }
}
