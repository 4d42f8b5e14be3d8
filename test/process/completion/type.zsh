# Types a word and the tabulator into an interactive zsh, and prints what it shows.
#   zsh -f type.zsh SCRIPT TEXT
zmodload zsh/zpty || exit 77
zpty shell "zsh -f -i"
zpty -w shell "PS1='%% '; autoload -U compinit; compinit -D -u; source $1; setopt no_beep; LISTMAX=1000; echo READ''Y"
while zpty -r shell line; do
    [[ $line == *READY* && $line != *echo* ]] && break
done
zpty -n -w shell "$2"$'\t\t'
# The line editor draws what it found; then the line is thrown away.
sleep 0.5
zpty -n -w shell $'\x15echo DO\'\'NE\n'
while zpty -r shell line; do
    print -r -- "$line"
    [[ $line == *DONE* ]] && break
done
zpty -d shell
